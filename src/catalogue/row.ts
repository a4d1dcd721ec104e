import type { Model } from '../chat/model.ts'

/** A model, and what runs it. */
export interface Row {
  readonly model: Model
  readonly engine: Binding
}

/** `none`: the model is known, and nothing here runs it. */
export type Binding = LlamaBinding | { readonly kind: 'none' }

/** The embedded engine over one GGUF file. */
export interface LlamaBinding {
  readonly kind: 'llama'
  /** Absolute. */
  readonly file: string
  /** A chat template to use in place of the file's own, absolute; empty for the file's own. */
  readonly template: string
  /** Choices generated at the same time. */
  readonly sequences: number
  /** `auto`: as many as the machine has cores for. */
  readonly threads: 'auto' | number
  /** Tokens of the window to run it with; `auto`: what row and file allow, up to a sensible size. */
  readonly contextLength: 'auto' | number
}

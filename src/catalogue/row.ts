import type { Model } from '../chat/model.ts'

/** A model, and what runs it. */
export interface Row {
  readonly model: Model
  readonly engine: LlamaBinding
}

/** The embedded engine over one GGUF file. */
export interface LlamaBinding {
  readonly kind: 'llama'
  /** Absolute. */
  readonly file: string
  /** Choices generated at the same time. */
  readonly sequences: number
  /** `auto`: as many as the machine has cores for. */
  readonly threads: 'auto' | number
}

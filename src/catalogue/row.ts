import type { Life } from '../chat/life.ts'
import type { Model } from '../chat/model.ts'
import type { Tuning } from '../chat/tuning.ts'

/** A model, and what runs it. */
export interface Row {
  readonly model: Model
  readonly engine: Binding
  /** What the row says of it; an operator may have said otherwise since. */
  readonly life: Life
}

/** `none`: the model is known, and nothing here runs it. */
export type Binding = LlamaBinding | (UpstreamBinding & Patience) | PoolBinding | { readonly kind: 'none' }

/** The embedded engine over one GGUF file. */
export interface LlamaBinding extends Tuning {
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

/** Somebody else's server, which speaks OpenAI's chat completions. */
export interface UpstreamBinding {
  readonly kind: 'upstream'
  readonly server: (typeof serverKinds)[number]
  /** What stands before `/chat/completions`, such as `http://host:8000/v1`. */
  readonly url: string
  /** What the server calls the model. */
  readonly model: string
  readonly key: KeySource
  /** Who keeps to the thinking budget: the server, or Silica; `auto`: the server, where it does so however it was started. */
  readonly budget: 'auto' | 'here' | 'there'
  /**
   * Who fetches what messages point at: the server, or Silica, which asks no private address; `auto`: the server, where
   * it is on the open internet.
   */
  readonly media: 'auto' | 'here' | 'there'
  /** Hosts, with their ports where those are not the scheme's own, that Silica may ask wherever they are. */
  readonly mediaHosts: readonly string[]
}

export const serverKinds = ['vllm', 'sglang', 'llama-server', 'siliconflow', 'openai'] as const

/** Where a server's key is found; never the key itself. `env`: in a variable. `file`: in a file, absolute. */
export type KeySource = null | { readonly env: string } | { readonly file: string }

/** How long an answer may be silent before it is asked for elsewhere, and how its servers are asked and watched. */
export interface Patience {
  /** Tokens: an answer that nobody reads before its end, and that may have no more, is asked for as a whole. */
  readonly wholeUpTo: number
  readonly firstTokenSeconds: number
  readonly silenceSeconds: number
  /** How often a server is asked whether it is alive; 0 for never. */
  readonly probeSeconds: number
}

/** Several engines of one model. */
export interface PoolBinding extends Patience {
  readonly kind: 'pool'
  readonly replicas: readonly Replica[]
}

export type Replica = (LlamaBinding | UpstreamBinding) & {
  /** Its share of the work, beside the others'. */
  readonly weight: number
  /** Choices that it may have at once before those of a higher rank are asked. */
  readonly most: number
  /** Those of the lowest rank are asked first. */
  readonly rank: number
  /** Whether it is to be asked for nothing new. */
  readonly drain: boolean
}

import type { Sampling } from './request.ts'

/** One row of the catalogue: everything that is known of a model. Nothing about a model is code. */
export interface Model {
  /** What callers write in `model`, such as `owner/name`. */
  readonly id: string
  /** Tokens that prompt, thought and answer may fill together. */
  readonly contextLength: number
  /** The most tokens that `max_tokens` may ask for. */
  readonly answerLimit: Limit
  readonly thinking: ThinkingAbility
  /** Whether `tools` are accepted. */
  readonly calls: boolean
  /** Whether `response_format` of type `json_object` is accepted. */
  readonly json: boolean
  /** Whether `min_p` is applied; where it is not, the field is accepted and ignored as the service does. */
  readonly minP: boolean
  /** What a request gets where it says nothing. */
  readonly sampling: Sampling
  readonly dialect: Dialect
}

/** A limit of tokens that a caller may set, with what holds when it does not. */
export interface Limit {
  readonly byDefault: number
  readonly max: number
}

export type ThinkingAbility =
  | { readonly kind: 'never' }
  | { readonly kind: 'always'; readonly budget: Limit }
  | { readonly kind: 'switch'; readonly byDefault: boolean; readonly budget: Limit }

/** How a model writes thought and calls as text. `native`: the engine already splits them into events. */
export interface Dialect {
  readonly thinking: 'native' | ThinkingMarks
  readonly calls: 'native' | CallSyntax
}

/** The texts around a thought, such as `<think>` and `</think>`. */
export interface ThinkingMarks {
  readonly open: string
  readonly close: string
}

/** `hermes`: one JSON object `{"name", "arguments"}` between `<tool_call>` and `</tool_call>`, as Qwen3 writes it. */
export type CallSyntax = 'hermes'

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
  /** Which efforts of thought a caller may choose; of no meaning for a model that never thinks. */
  readonly effort: EffortAbility
  /** Whether `tools` are accepted. `without-thinking`: only where the request does not think. */
  readonly calls: 'never' | 'always' | 'without-thinking'
  /** Whether `response_format` of types `json_object` and `json_schema` is accepted. */
  readonly json: boolean
  /** What a user's message may show besides text. */
  readonly media: readonly (Medium | 'pdf')[]
  /** Whether `min_p` is applied; where it is not, the field is accepted and ignored as the service does. */
  readonly minP: boolean
  /** What a request gets where it says nothing. */
  readonly sampling: Sampling
  readonly dialect: Dialect
  readonly switches: Switches
  /** What there is to know of a model that turns texts into vectors; null for one that answers. */
  readonly embedding: EmbeddingAbility | null
  /** The id of the model that answers in place of this one, which nothing runs; empty where it answers itself. */
  readonly standIn: string
}

export interface EmbeddingAbility {
  /** How many numbers a vector has. */
  readonly dimensions: number
  /** Whether the first numbers of a vector are a vector themselves, so that a caller may ask for fewer. */
  readonly shortens: boolean
}

export type Medium = 'image' | 'audio' | 'video'

/** `agents`: the effort of requests that a coding agent makes; `byDefault`: that of all others that name none. */
export type EffortAbility =
  | { readonly kind: 'none' }
  | { readonly kind: 'choice'; readonly byDefault: EffortLevel; readonly agents: EffortLevel }

export type EffortLevel = 'high' | 'max'

/** The variables of the model's chat template that carry a request's choices; engines hand them on as they stand. */
export interface Switches {
  /** Set to whether the request thinks; empty where the template has no such switch. */
  readonly thinking: readonly string[]
  /** Set to the effort of a request that thinks; empty where the template knows none. */
  readonly effort: readonly string[]
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
  /** Texts that may stand around the answer, such as `<answer>`, and are no part of it. */
  readonly wrappers: readonly string[]
  /** The control tokens of filling in the middle, or null where the model has not learned it. */
  readonly infill: InfillMarks | null
}

/** The prompt of filling in the middle is `prefix`, the text before the gap, `suffix`, the text after it, `middle`. */
export interface InfillMarks {
  readonly prefix: string
  readonly suffix: string
  readonly middle: string
}

/** The texts around a thought, such as `<think>` and `</think>`. */
export interface ThinkingMarks {
  readonly open: string
  readonly close: string
}

/**
 * How calls are written as text, each named after the family that made it known: Qwen3's JSON in tags, Qwen3.5's XML,
 * GLM's pairs of key and value, DeepSeek's marks up to V3.1 and its DSML since, Hunyuan's tagged list, Kimi's marks, and
 * a bare JSON list.
 */
export const callSyntaxes = [
  'hermes',
  'qwen-xml',
  'glm',
  'deepseek',
  'dsml',
  'hunyuan',
  'kimi',
  'json-array',
] as const
export type CallSyntax = (typeof callSyntaxes)[number]

import type { JsonObject } from './json.ts'
import type { EffortLevel, Model } from './model.ts'

/** A request with every question answered against its model's row. Nothing is optional. */
export interface ChatRequest {
  readonly model: Model
  /** Empty where the prompt is a bare text, `begun.text`: no template is put around it, and the answer is a bare text too. */
  readonly messages: readonly Message[]
  readonly sampling: Sampling
  /** Texts that end the answer and are not part of it; at most four. */
  readonly stop: readonly string[]
  readonly thinking: Thinking
  /** `max_tokens`: tokens of the answer, the thought not counted. */
  readonly answerLimit: number
  /** Tokens of the model's window that must be left after the prompt: `max_tokens` where the caller named it, else 1. */
  readonly leastRoom: number
  readonly tools: ToolUse
  /** Whether the answer may hold more than one call. */
  readonly parallelCalls: boolean
  readonly output: Output
  /** What is added to the logits of some tokens of the answer, the thought left alone. None stands twice. */
  readonly bias: readonly TokenBias[]
  /** For each token of the answer its log probability, and those of so many of the likeliest; null for none. */
  readonly logprobs: number | null
  /** `n`: how many answers to give. */
  readonly choices: number
  /** What the answer already holds: the caller's `prefix`, or what a lost engine had said. */
  readonly begun: AssistantTurn
  /** `suffix`: what follows the gap that the answer is to fill, after `begun.text`; empty for an ordinary answer. */
  readonly suffix: string
  readonly reply: Reply
}

/** How the answer is to be written. `usageChunk`: a last chunk without choices repeats the usage. */
export type Reply = { readonly kind: 'whole' } | { readonly kind: 'stream'; readonly usageChunk: boolean }

/** What an engine is given of a request: all but how the answer is cut and written. */
export type Prompt = Omit<ChatRequest, 'stop' | 'reply'> & {
  /** Names whoever asks, and says nothing of them: an engine that has too much to do shares itself out by it. */
  readonly caller: string
  /**
   * Whether somebody reads the answer as it comes, and may have enough before its end, or all of it when it is over.
   * `folded`: the latter, of an answer that is generated as one that is read as it comes. Its texts may be put together.
   */
  readonly reading: 'as it comes' | 'folded' | 'at its end'
}

/** Whether the prompt is a text as it stands, not a conversation. */
export function isBareText({ messages }: Pick<ChatRequest, 'messages'>): boolean {
  return messages.length === 0
}

export type Message =
  | { readonly role: 'system'; readonly text: string }
  | { readonly role: 'user'; readonly parts: readonly Part[] }
  | ({ readonly role: 'assistant' } & AssistantTurn)
  | { readonly role: 'tool'; readonly callId: string; readonly text: string }

/** One part of what a user says. `url` is the caller's, or a `data:` URL, and has not been looked at. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly url: string; readonly detail: Detail }
  | { readonly type: 'audio'; readonly url: string }
  /** `fps` and `maxFrames` are 0 where the caller leaves them to the model. */
  | {
      readonly type: 'video'
      readonly url: string
      readonly detail: Detail
      readonly fps: number
      readonly maxFrames: number
    }

export type Detail = 'auto' | 'low' | 'high'

export interface AssistantTurn {
  readonly reasoning: string
  readonly text: string
  readonly calls: readonly Call[]
}

export interface Call {
  readonly id: string
  readonly name: string
  /** JSON text as the model wrote it. Never parsed and written anew on its way to the caller. */
  readonly arguments: string
}

/** All present. A temperature of 0 is greedy; `topK` of 0 and `topP` of 1 cut nothing; `seed` null is a fresh one. */
export interface Sampling {
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly minP: number
  readonly frequencyPenalty: number
  readonly presencePenalty: number
  readonly seed: number | null
}

/** `token` is an id of the model's own, `bias` a natural logarithm between -100 and 100. */
export interface TokenBias {
  readonly token: number
  readonly bias: number
}

export type Thinking =
  | { readonly mode: 'off' }
  /** `budget`: the most tokens the thought may have. */
  | { readonly mode: 'on'; readonly budget: number; readonly effort: Effort }

/** How hard to think, and why: the caller said so, a coding agent asks, or nobody said anything. */
export interface Effort {
  readonly level: EffortLevel
  readonly because: 'asked' | 'agent' | 'default'
}

export interface Tool {
  readonly name: string
  readonly description: string
  /** A JSON Schema of the arguments. */
  readonly parameters: JsonObject
  /** Whether the arguments must follow the schema to the letter. */
  readonly strict: boolean
}

/** `none`: the model is told of no tools. `auto`: it may call, `required`: it must, `one`: it must call `tool`. */
export type ToolUse =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto' | 'required'; readonly tools: readonly Tool[] }
  | { readonly mode: 'one'; readonly tool: Tool; readonly tools: readonly Tool[] }

export type Output =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly schema: JsonObject }

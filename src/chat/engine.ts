import type { EmbeddingRequest, Embeddings } from './embedding.ts'
import type { Batch } from './event.ts'
import type { Notes } from './notes.ts'
import type { Prompt } from './request.ts'

/**
 * Turns one conversation into one stream of events. Knows nothing of HTTP, keys, limits, stop texts or records.
 * Keeps to `answerLimit` and to the thinking budget, for every choice.
 */
export interface Engine {
  /**
   * Begins work when first read. The first event of a choice is `prompt`; choices may interleave.
   * Stops work and frees what it holds at once when `signal` aborts (the stream then throws the signal's reason) or when
   * the reader returns. Throws `context-overflow` before any work, `overloaded` when its queue is full, `engine-lost`
   * when the model's process dies under the answer. `notes`: left out where nobody will ask.
   */
  answer(prompt: Prompt, signal: AbortSignal, notes?: Notes): AsyncIterable<Batch>
  /**
   * The tokens of the prompt, which is not read any further. Rejects with the signal's reason when that aborts, with
   * `overloaded` or `engine-lost` as an answer throws them, and with `invalid-request` where only answers tell.
   */
  count(prompt: Prompt, signal: AbortSignal): Promise<PromptTokens>
  /**
   * The vectors of some texts. Rejects with the signal's reason when that aborts, with `context-overflow` where a text is
   * longer than the model can read, with `overloaded` or `engine-lost` as an answer throws them. Only models that are
   * for this are asked; they answer nothing else.
   */
  embed(request: EmbeddingRequest, signal: AbortSignal, notes?: Notes): Promise<Embeddings>
  /** Whether it can answer now, and what it is doing. Never throws, costs nothing. */
  state(): EngineState
  /** Ends everything it started. Answers still running throw `overloaded`. */
  close(): Promise<void>
}

/** How many tokens a prompt has, and which they are; `ids` is empty where the engine tells only their number. */
export interface PromptTokens {
  readonly count: number
  readonly ids: readonly number[]
}

export interface EngineState {
  /** `resting`: it is not loaded until somebody asks. `failed`: it could not be started and tries no more, for `reason`. */
  readonly status: 'resting' | 'starting' | 'ready' | 'failed'
  readonly reason: string
  /** Choices being generated. */
  readonly running: number
  /** Choices waiting for room. */
  readonly waiting: number
}

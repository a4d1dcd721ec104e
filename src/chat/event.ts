/** A token as it shows, the bytes of that (which may be a part of a character), and its log probability. */
export interface LikelyToken {
  readonly text: string
  readonly bytes: readonly number[]
  /** Natural, of the model's own distribution: as it was before anything of the request's sampling changed it. */
  readonly logprob: number
}

/** A token of an answer, and the likeliest ones in its place, itself perhaps among them, in order. */
export interface ChosenToken extends LikelyToken {
  readonly top: readonly LikelyToken[]
}

/** Events in their order that are there at the same time, one at least: they travel together. */
export type Batch = readonly ChatEvent[]

/**
 * What an answer says: for each choice any number of pieces, then one `finish`, then nothing. Or a `Failure` is thrown.
 * `choice` counts from 0 and is below the request's `choices`. `tokens` is how many of the model's tokens a piece stands
 * for: 0 when some earlier piece already counted them.
 */
export type ChatEvent =
  /** The first event of a choice: its prompt has been read. Tokens of the prompt, and how many of them a cache gave. */
  | { readonly type: 'prompt'; readonly choice: number; readonly tokens: number; readonly cached: number }
  | {
      readonly type: 'text' | 'reasoning'
      readonly choice: number
      readonly text: string
      readonly tokens: number
    }
  /** A text where the request asks for `logprobs`, with those of its tokens that show something. */
  | {
      readonly type: 'text'
      readonly choice: number
      readonly text: string
      readonly tokens: number
      readonly logprobs: readonly ChosenToken[]
    }
  /** Tokens that are neither thought nor answer: the marks around a thought. */
  | { readonly type: 'mark'; readonly choice: number; readonly tokens: number }
  /** Call number `call` of this choice begins; calls count from 0 and do not interleave. */
  | {
      readonly type: 'call-start'
      readonly choice: number
      readonly call: number
      readonly id: string
      readonly name: string
      readonly tokens: number
    }
  /** More JSON text of the call's arguments. */
  | {
      readonly type: 'call-text'
      readonly choice: number
      readonly call: number
      readonly text: string
      readonly tokens: number
    }
  /**
   * Counts that an engine gives late: `tokens` more than its pieces stood for, `reasoning` more of thought, and those
   * of the prompt and its cache as a whole.
   */
  | {
      readonly type: 'uncounted'
      readonly choice: number
      readonly tokens: number
      readonly reasoning: number
      readonly prompt: number
      readonly cached: number
    }
  | { readonly type: 'finish'; readonly choice: number; readonly reason: EngineReason }
  /** `text` is the one of the request's stop texts that ended the choice. Only `decode` says so. */
  | {
      readonly type: 'finish'
      readonly choice: number
      readonly reason: 'stop-text'
      readonly text: string
    }

/** `stop`: the model ended the answer. `length`: a limit did. `tool-calls`: the model did after at least one whole call. */
export type EngineReason = 'stop' | 'length' | 'tool-calls'

export type FinishReason = EngineReason | 'stop-text'

/** The log probabilities that an event carries. */
export function logprobsOf(event: ChatEvent): readonly ChosenToken[] {
  return 'logprobs' in event ? event.logprobs : []
}

/** A piece of text or thought; a text with log probabilities where there are any. */
export function saidPiece(
  type: 'text' | 'reasoning',
  choice: number,
  { text, tokens, logprobs }: { text: string; tokens: number; logprobs: readonly ChosenToken[] },
): ChatEvent {
  if (type === 'reasoning' || logprobs.length === 0) return { type, choice, text, tokens }
  return { type, choice, text, tokens, logprobs }
}

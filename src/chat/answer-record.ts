import type { FinishReason } from './event.ts'
import type { FailureKind } from './failure.ts'
import type { Arrival, Caller, Outcome } from './gate.ts'
import type { Usage } from './usage.ts'

/**
 * What is known of a request when it is let in. Neither this nor what is known later holds anything that was said, or a
 * secret. Times are milliseconds since 1970.
 */
export interface Admission extends Arrival, Pick<Caller, 'accountId' | 'keyId'> {
  readonly model: string
  /** The model that answers in its place; empty where none does. */
  readonly standIn: string
  /** How hard the request is thought about, and why: `max/agent`; `off` where it is not. */
  readonly thinking: string
  readonly reply: 'stream' | 'whole'
  readonly choices: number
  readonly admittedAt: number
}

/** What became of one admitted request: one row of the ledger and one line of the log. */
export interface AnswerRecord extends Admission, Usage {
  /** Null where the answer ended before its first token. */
  readonly firstTokenAt: number | null
  readonly doneAt: number
  readonly outcome: Outcome['kind']
  /** Why each choice ended, in the order of choices; empty unless finished. */
  readonly reasons: readonly FinishReason[]
  /** Null unless failed. */
  readonly failure: FailureKind | null
  /**
   * What lay behind the failure, for the operator; null where nothing did. The failure's own message may quote
   * the request and is left out.
   */
  readonly cause: string | null
}

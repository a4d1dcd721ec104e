import type { FinishReason } from './event.ts'
import type { FailureKind } from './failure.ts'
import type { Arrival, Caller, Outcome } from './gate.ts'
import type { Attempt } from './notes.ts'
import type { TracePlace } from './trace-context.ts'
import type { Usage } from './usage.ts'

/**
 * What is known of a request when it is let in. Neither this nor what is known later holds anything that was said, or a
 * secret. Times are milliseconds since 1970.
 */
export interface Admission extends Omit<Arrival, 'context' | 'body'>, Pick<Caller, 'accountId' | 'keyId'> {
  readonly model: string
  /** The model that answers in its place; empty where none does. */
  readonly standIn: string
  /** How hard the request is thought about, and why: `max/agent`; `off` where it is not. */
  readonly thinking: string
  readonly reply: 'stream' | 'whole'
  readonly choices: number
  /** The most tokens that its answer may have. */
  readonly answerLimit: number
  readonly admittedAt: number
}

/** The way of a request through the engines. */
export interface Story {
  /** The engine that was asked last; empty where none was. */
  readonly engine: string
  /** How often one was asked; `attempts` holds the first of them, in the order in which they ended. */
  readonly asked: number
  readonly attempts: readonly (Attempt & { readonly spanId: string })[]
  /** When its prompt began to be read, and had been. Null where that is not known, or it came to neither. */
  readonly startedAt: number | null
  readonly promptReadAt: number | null
  readonly decisions: Decisions
  /** Null where nothing is traced. */
  readonly trace: TracePlace | null
}

/** What was settled that the request left open, such as `counts`: where the numbers of tokens come from. */
export type Decisions = Readonly<Record<string, string | number>>

/** What became of one admitted request: one row of the ledger and one line of the log. */
export interface AnswerRecord extends Admission, Usage, Story {
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

import { inspect } from 'node:util'
import type { FinishReason } from '../chat/event.ts'
import type { FailureKind } from '../chat/failure.ts'
import type { Arrival, Caller, Outcome } from '../chat/gate.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { Usage } from '../chat/usage.ts'

/**
 * What became of one admitted request: one row of the ledger and one line of the log. Holds nothing that was said, and
 * no secret. Times are milliseconds since 1970.
 */
export interface AnswerRecord extends Usage, Arrival {
  readonly accountId: string
  readonly keyId: string
  readonly model: string
  /** The model that answered in its place; empty where none did. */
  readonly standIn: string
  /** How hard the request was thought about, and why: `max/agent`; `off` where it was not. */
  readonly thinking: string
  readonly reply: 'stream' | 'whole'
  readonly choices: number
  readonly admittedAt: number
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

export function recordOf(ended: {
  readonly arrival: Arrival
  readonly caller: Caller
  readonly request: ChatRequest
  readonly outcome: Outcome
  readonly usage: Usage
  readonly times: Pick<AnswerRecord, 'admittedAt' | 'firstTokenAt' | 'doneAt'>
}): AnswerRecord {
  const { arrival, caller, request, outcome, usage, times } = ended
  const { thinking } = request
  const failure = outcome.kind === 'failed' ? outcome.failure : null
  return {
    ...arrival,
    accountId: caller.accountId,
    keyId: caller.keyId,
    model: request.model.id,
    standIn: request.model.standIn,
    thinking: thinking.mode === 'off' ? 'off' : `${thinking.effort.level}/${thinking.effort.because}`,
    reply: request.reply.kind,
    choices: request.choices,
    ...times,
    ...usage,
    outcome: outcome.kind,
    reasons: outcome.kind === 'finished' ? outcome.reasons : [],
    failure: failure === null ? null : failure.kind,
    cause: failure?.cause === undefined ? null : inspect(failure.cause),
  }
}

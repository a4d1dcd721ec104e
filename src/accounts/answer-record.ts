import { inspect } from 'node:util'
import type { FinishReason } from '../chat/event.ts'
import type { FailureKind } from '../chat/failure.ts'
import type { Caller, Outcome } from '../chat/gate.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { Usage } from '../chat/usage.ts'

/** What became of one admitted request: one flat line of the log. Holds nothing that was said, and no secret. */
export interface AnswerRecord extends Usage {
  readonly traceId: string
  readonly keyId: string
  readonly model: string
  /** The model that answered in its place; empty where none did. */
  readonly standIn: string
  /** How hard the request was thought about, and why: `max/agent`; `off` where it was not. */
  readonly thinking: string
  readonly reply: 'stream' | 'whole'
  readonly choices: number
  /** From admission to the end of the answer. */
  readonly ms: number
  readonly outcome: 'finished' | 'failed' | 'abandoned'
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
  readonly traceId: string
  readonly caller: Caller
  readonly request: ChatRequest
  readonly outcome: Outcome
  readonly usage: Usage
  readonly ms: number
}): AnswerRecord {
  const { traceId, caller, request, outcome, usage, ms } = ended
  const { thinking } = request
  const failure = outcome.kind === 'failed' ? outcome.failure : null
  return {
    traceId,
    keyId: caller.keyId,
    model: request.model.id,
    standIn: request.model.standIn,
    thinking: thinking.mode === 'off' ? 'off' : `${thinking.effort.level}/${thinking.effort.because}`,
    reply: request.reply.kind,
    choices: request.choices,
    ms,
    ...usage,
    outcome: outcome.kind,
    reasons: outcome.kind === 'finished' ? outcome.reasons : [],
    failure: failure === null ? null : failure.kind,
    cause: failure?.cause === undefined ? null : inspect(failure.cause),
  }
}

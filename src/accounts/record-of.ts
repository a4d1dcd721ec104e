import { inspect } from 'node:util'
import type { Admission, AnswerRecord, Story } from '../chat/answer-record.ts'
import type { Arrival, Caller, Outcome } from '../chat/gate.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { Usage } from '../chat/usage.ts'
import { storable } from './story.ts'

/** Room for the stack of an error. */
const longestCause = 4000

export function admissionOf(
  { accountId, keyId }: Caller,
  { model, thinking, reply, choices, answerLimit }: ChatRequest,
  { traceId, callerTraceId, receivedAt }: Arrival,
  admittedAt: number,
): Admission {
  return {
    traceId,
    callerTraceId,
    accountId,
    keyId,
    model: model.id,
    standIn: model.standIn,
    thinking: thinking.mode === 'off' ? 'off' : `${thinking.effort.level}/${thinking.effort.because}`,
    reply: reply.kind,
    choices,
    answerLimit,
    receivedAt,
    admittedAt,
  }
}

export function recordOf(
  admission: Admission,
  outcome: Outcome,
  { promptTokens, cachedTokens, completionTokens, reasoningTokens }: Usage,
  times: Pick<AnswerRecord, 'firstTokenAt' | 'doneAt'>,
  story: Story,
): AnswerRecord {
  const failure = outcome.kind === 'failed' ? outcome.failure : null
  return {
    ...admission,
    ...times,
    ...story,
    promptTokens,
    cachedTokens,
    completionTokens,
    reasoningTokens,
    outcome: outcome.kind,
    reasons: outcome.kind === 'finished' ? outcome.reasons : [],
    failure: failure === null ? null : failure.kind,
    cause: failure?.cause === undefined ? null : textOf(failure.cause),
  }
}

function textOf(cause: unknown): string {
  return storable(inspect(cause).slice(0, longestCause))
}

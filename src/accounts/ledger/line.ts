import type { Admission, AnswerRecord } from '../../chat/answer-record.ts'
import { binOf } from '../../chat/time-bins.ts'
import type { RequestRow } from '../../storage/requests.ts'

/**
 * A line of the journal: a JSON object with the columns of a row. It stands for a request that is open until it has an
 * outcome; the line with the outcome says everything anew.
 */
export function openLine(admission: Admission): string {
  return JSON.stringify(admittedColumns(admission))
}

export function doneLine(record: AnswerRecord): string {
  return JSON.stringify({
    ...admittedColumns(record),
    started_at: record.startedAt,
    prompt_read_at: record.promptReadAt,
    first_token_at: record.firstTokenAt,
    done_at: record.doneAt,
    prompt_tokens: record.promptTokens,
    cached_tokens: record.cachedTokens,
    completion_tokens: record.completionTokens,
    reasoning_tokens: record.reasoningTokens,
    outcome: record.outcome,
    reasons: record.reasons.join(','),
    failure: record.failure,
    cause: record.cause,
    engine: record.engine,
    asked: record.asked,
    attempts: record.attempts.length === 0 ? '' : JSON.stringify(record.attempts.map(attemptColumns)),
    decisions: Object.keys(record.decisions).length === 0 ? '' : JSON.stringify(record.decisions),
    first_token_bin: record.firstTokenAt === null ? 0 : binOf(record.firstTokenAt - record.receivedAt),
    token_bin:
      record.firstTokenAt === null || record.completionTokens < 2
        ? 0
        : binOf((record.doneAt - record.firstTokenAt) / (record.completionTokens - 1)),
  } satisfies RequestRow)
}

function attemptColumns({
  engine,
  beganAt,
  endedAt,
  outcome,
  cause,
  answer,
}: AnswerRecord['attempts'][number]) {
  return { engine, began_at: beganAt, ended_at: endedAt, outcome, cause, answer }
}

function admittedColumns(admission: Admission) {
  return {
    id: admission.traceId,
    caller_trace_id: admission.callerTraceId,
    account_id: admission.accountId,
    key_id: admission.keyId,
    model: admission.model,
    stand_in: admission.standIn,
    thinking: admission.thinking,
    reply: admission.reply,
    choices: admission.choices,
    answer_limit: admission.answerLimit,
    received_at: admission.receivedAt,
    admitted_at: admission.admittedAt,
  }
}

/** The lines of a journal's text that have an outcome. What is no line, as the last one may be, is left out. */
export function doneLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => rowOf(line)?.outcome !== undefined)
}

/**
 * What a process left open when it was killed, by the texts of its journal, oldest first: a line for each request, which
 * was abandoned at the last time that any line tells of.
 */
export function abandonedLines(texts: Iterable<string>): readonly string[] {
  const open = new Map<string, object>()
  let last = 0
  for (const text of texts) {
    for (const row of text.split('\n').map(rowOf)) {
      if (row === undefined) continue
      last = Math.max(last, row.done_at ?? row.admitted_at ?? 0)
      if (row.outcome === undefined) open.set(row.id, row)
      else open.delete(row.id)
    }
  }
  const ending = {
    started_at: null,
    prompt_read_at: null,
    first_token_at: null,
    done_at: last,
    prompt_tokens: 0,
    cached_tokens: 0,
    completion_tokens: 0,
    reasoning_tokens: 0,
    outcome: 'abandoned',
    reasons: '',
    failure: null,
    cause: 'The server ended before the answer did.',
    engine: '',
    asked: 0,
    attempts: '',
    decisions: '',
    first_token_bin: 0,
    token_bin: 0,
  }
  // A journal of an older Silica lacks some columns.
  return [...open.values()].map((row) => JSON.stringify({ answer_limit: 0, ...row, ...ending }))
}

function rowOf(line: string): (Partial<RequestRow> & { readonly id: string }) | undefined {
  try {
    const row: Partial<RequestRow> | null = JSON.parse(line)
    return typeof row?.id === 'string' ? { ...row, id: row.id } : undefined
  } catch {
    return undefined
  }
}

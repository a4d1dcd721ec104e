import type { AnswerRecord } from '../../chat/answer-record.ts'
import type { EngineState } from '../../chat/engine.ts'
import type { FailureKind } from '../../chat/failure.ts'
import type { LimitDecision, RedisState } from '../../chat/limits.ts'
import { counter, histogram, reading, type Instrument } from './instruments.ts'

/**
 * What operators watch, in Prometheus' text format. Models appear by their ids once a request was let in to them; what
 * callers write appears nowhere.
 */
export interface Metrics {
  answered(record: AnswerRecord): void
  /** Told of every failure that a caller was told, whether their request had been let in or not. */
  failed(kind: FailureKind): void
  decided(model: string, decision: LimitDecision): void
  write(): string
}

export interface MetricsParts {
  readonly states: () => ReadonlyMap<string, EngineState>
  readonly records: () => { readonly waitingBytes: number; readonly lost: number }
  readonly redis: () => RedisState
  /** Requests whose traces were not sent. */
  readonly spansDropped: () => number
  /** Seconds of processor time, and bytes of memory. */
  readonly used: () => { readonly cpu: number; readonly memory: number }
}

const untilFirst = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
const perToken = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
const whole = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]

const statuses = ['resting', 'starting', 'ready', 'failed'] as const

export function openMetrics({ states, records, redis, spansDropped, used }: MetricsParts): Metrics {
  const requests = counter(
    'silica_requests_total',
    'Requests that were let in and have ended, by how: finished, abandoned, or what failed.',
    'model',
    'outcome',
  )
  const failures = counter('silica_failures_total', 'Failures that callers were told.', 'kind')
  const tokens = counter(
    'silica_tokens_total',
    'Tokens: of prompts, of these those from a cache, generated, of these those of thoughts.',
    'model',
    'kind',
  )
  const firstToken = histogram(
    'silica_first_token_seconds',
    'From the arrival of a request to the first token of its answer.',
    untilFirst,
    'model',
  )
  const token = histogram(
    'silica_token_seconds',
    'Between one token of an answer and the next, on average over the answer.',
    perToken,
    'model',
  )
  const answer = histogram(
    'silica_answer_seconds',
    'From the arrival of a request to the end of its answer.',
    whole,
    'model',
  )
  const limits = counter(
    'silica_limit_decisions_total',
    'Requests that have limits: admitted, refused by which, or unknown because the counts could not be asked.',
    'model',
    'decision',
  )
  const perModel = (value: (state: EngineState) => number) => () =>
    [...states()].map(([model, state]) => [value(state), model] as const)
  const instruments: readonly Instrument[] = [
    requests,
    failures,
    tokens,
    firstToken,
    token,
    answer,
    limits,
    reading(
      'silica_running',
      'Choices being generated.',
      ['model'],
      perModel(({ running }) => running),
    ),
    reading(
      'silica_waiting',
      'Choices waiting for room.',
      ['model'],
      perModel(({ waiting }) => waiting),
    ),
    reading('silica_engine', 'Whether the engine of a model is in this state.', ['model', 'state'], () =>
      [...states()].flatMap(([model, { status }]) =>
        statuses.map((one) => [one === status ? 1 : 0, model, one] as const),
      ),
    ),
    reading('silica_records_waiting_bytes', 'Records that wait on disk for the database.', [], () => [
      [records().waitingBytes],
    ]),
    reading('silica_records_lost_total', 'Records that were lost since the start.', [], () => [
      [records().lost],
    ]),
    reading('silica_redis_up', 'Whether Redis answers; left out where none is named.', [], () =>
      redis() === 'none' ? [] : [[redis() === 'up' ? 1 : 0]],
    ),
    reading('silica_traces_dropped_total', 'Requests whose traces were dropped since the start.', [], () => [
      [spansDropped()],
    ]),
    reading('process_cpu_seconds_total', 'Processor time of the server.', [], () => [[used().cpu]]),
    reading('process_resident_memory_bytes', 'Memory of the server.', [], () => [[used().memory]]),
  ]
  const answersOf = (model: string) => ({
    prompt: tokens.of(model, 'prompt'),
    cached: tokens.of(model, 'cached'),
    generated: tokens.of(model, 'generated'),
    thought: tokens.of(model, 'thought'),
    answer: answer.of(model),
    firstToken: firstToken.of(model),
    token: token.of(model),
  })
  const answers = new Map<string, ReturnType<typeof answersOf>>()
  return {
    answered(record) {
      const { model, outcome, failure, receivedAt, firstTokenAt, doneAt, completionTokens } = record
      const all = answers.get(model) ?? answersOf(model)
      answers.set(model, all)
      requests.of(model, failure ?? outcome).add(1)
      all.prompt.add(record.promptTokens)
      all.cached.add(record.cachedTokens)
      all.generated.add(completionTokens)
      all.thought.add(record.reasoningTokens)
      all.answer.observe((doneAt - receivedAt) / 1000)
      if (firstTokenAt === null) return
      all.firstToken.observe((firstTokenAt - receivedAt) / 1000)
      if (completionTokens > 1) all.token.observe((doneAt - firstTokenAt) / 1000 / (completionTokens - 1))
    },
    failed: (kind) => failures.of(kind).add(1),
    decided: (model, decision) => limits.of(model, decision).add(1),
    write: () => instruments.map((instrument) => instrument.write()).join(''),
  }
}

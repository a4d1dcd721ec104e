import type { AnswerRecord } from '../chat/answer-record.ts'
import type { TracePlace } from '../chat/trace-context.ts'

/**
 * Spans as OTLP writes them in JSON: ids in hexadecimal digits, numbers of 64 bits as texts, times in nanoseconds
 * (opentelemetry-proto 1.x). Attributes are those of the semantic conventions for generative AI, and Silica's own under
 * `silica`. Nothing that anybody said is among them.
 */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  /** Empty for none. */
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
  readonly events: readonly object[]
  readonly status: object
}

export interface Attribute {
  readonly key: string
  readonly value: object
}

const kinds = { internal: 1, server: 2, client: 3 } as const
const failed = 2

/** A span for the request, and below it one for its time in the queue and one for each engine that was asked. */
export function spansOf(record: AnswerRecord, place: TracePlace, newSpanId: () => string): readonly Span[] {
  const { traceId, spanId, parentId } = place
  const within = { traceId, parentSpanId: spanId, events: [] }
  const queue = record.startedAt === null ? [] : [{ from: record.admittedAt, to: record.startedAt }]
  return [
    {
      traceId,
      spanId,
      parentSpanId: parentId,
      name: `chat ${record.model}`,
      kind: kinds.server,
      ...times(record.receivedAt, record.doneAt),
      attributes: attributesOf(requestFacts(record)),
      events: [
        ...eventAt('prompt read', record.promptReadAt),
        ...eventAt('first token', record.firstTokenAt),
      ],
      status: statusOf(record.failure),
    },
    ...queue.map(({ from, to }) => ({
      ...within,
      spanId: newSpanId(),
      name: 'queue',
      kind: kinds.internal,
      ...times(from, Math.max(from, to)),
      attributes: [],
      status: {},
    })),
    ...record.attempts.map((attempt) => {
      const failure = attempt.outcome === 'whole' || attempt.outcome === 'left' ? null : attempt.outcome
      return {
        ...within,
        spanId: attempt.spanId,
        name: `ask ${record.standIn || record.model}`,
        kind: /^https?:/.test(attempt.engine) ? kinds.client : kinds.internal,
        ...times(attempt.beganAt, attempt.endedAt),
        attributes: attributesOf({
          ...called(record),
          ...addressOf(attempt.engine),
          'silica.engine': attempt.engine,
          'silica.attempt.outcome': attempt.outcome,
          'silica.attempt.answer': attempt.answer,
          'silica.attempt.cause': attempt.cause,
          'error.type': failure,
        }),
        status: statusOf(failure),
      }
    }),
  ]
}

type Fact = string | number | boolean | readonly string[] | null

function called({ model, standIn }: AnswerRecord): Readonly<Record<string, Fact>> {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'silica',
    'gen_ai.request.model': model,
    'gen_ai.response.model': standIn || model,
  }
}

function requestFacts(record: AnswerRecord): Readonly<Record<string, Fact>> {
  const { firstTokenAt, receivedAt } = record
  return {
    ...called(record),
    'gen_ai.request.max_tokens': record.answerLimit,
    'gen_ai.request.choice.count': record.choices === 1 ? null : record.choices,
    'gen_ai.request.stream': record.reply === 'stream',
    'gen_ai.response.finish_reasons': record.reasons.length === 0 ? null : record.reasons,
    'gen_ai.usage.input_tokens': record.promptTokens,
    'gen_ai.usage.output_tokens': record.completionTokens,
    'gen_ai.usage.cache_read.input_tokens': record.cachedTokens,
    'gen_ai.usage.reasoning.output_tokens': record.reasoningTokens,
    'error.type': record.failure,
    'silica.trace_id': record.traceId,
    'silica.caller_trace_id': record.callerTraceId,
    'silica.account': record.accountId,
    'silica.key': record.keyId,
    'silica.outcome': record.outcome,
    'silica.thinking': record.thinking,
    'silica.engine': record.engine,
    'silica.attempts': record.asked,
    'silica.first_token_ms': firstTokenAt === null ? null : firstTokenAt - receivedAt,
  }
}

function addressOf(engine: string): Readonly<Record<string, Fact>> {
  if (!/^https?:/.test(engine) || !URL.canParse(engine)) return {}
  const { hostname, port, protocol } = new URL(engine)
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) }
}

/** What is null or empty is left out. */
export function attributesOf(facts: Readonly<Record<string, Fact>>): readonly Attribute[] {
  return Object.entries(facts).flatMap(([key, fact]) =>
    fact === null || fact === '' ? [] : [{ key, value: valueOf(fact) }],
  )
}

function valueOf(fact: NonNullable<Fact>): object {
  if (typeof fact === 'string') return { stringValue: fact }
  if (typeof fact === 'boolean') return { boolValue: fact }
  if (typeof fact === 'number')
    return Number.isInteger(fact) ? { intValue: String(fact) } : { doubleValue: fact }
  return { arrayValue: { values: fact.map((text) => ({ stringValue: text })) } }
}

function times(from: number, to: number) {
  return { startTimeUnixNano: nanoseconds(from), endTimeUnixNano: nanoseconds(to) }
}

function eventAt(name: string, time: number | null): readonly object[] {
  return time === null ? [] : [{ name, timeUnixNano: nanoseconds(time), attributes: [] }]
}

function statusOf(failure: string | null): object {
  return failure === null ? {} : { code: failed, message: failure }
}

function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds)}000000`
}

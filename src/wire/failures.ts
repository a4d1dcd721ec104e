import type { Failure, FailureKind } from '../chat/failure.ts'

/** What a caller gets in place of an answer. */
export interface FailureReply {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

interface Row {
  readonly status: number
  /** The service's own number. */
  readonly code: number
  /** `error.type` and `error.code`, as clients of OpenAI know them. */
  readonly type: string
  readonly reason: string
  /** How the service writes the body: a JSON object, for a wrong key a bare JSON string, for a wrong path plain text. */
  readonly body: 'object' | 'string' | 'text'
}

const refused = { status: 400, code: 20015, type: 'invalid_request_error', body: 'object' } as const
const failed = { type: 'server_error', body: 'object' } as const

/** Every kind of failure with its status and its codes; the only place where they stand. */
const rows = {
  'invalid-request': { ...refused, reason: 'invalid_parameter' },
  'unknown-path': { ...refused, status: 404, reason: 'unknown_path', body: 'text' },
  'unknown-model': { ...refused, code: 20012, reason: 'model_not_found' },
  'model-disabled': { ...refused, status: 403, code: 30003, reason: 'model_disabled' },
  'context-overflow': { ...refused, reason: 'context_length_exceeded' },
  'json-unsupported': { ...refused, code: 20024, reason: 'json_unsupported' },
  'calls-unsupported': { ...refused, code: 20037, reason: 'calls_unsupported' },
  'malformed-key': { ...refused, status: 401, reason: 'invalid_api_key', body: 'string' },
  'unknown-key': { ...refused, status: 401, reason: 'invalid_api_key', body: 'string' },
  forbidden: { ...refused, status: 403, reason: 'forbidden', body: 'string' },
  'not-found': { ...refused, status: 404, reason: 'not_found' },
  taken: { ...refused, status: 409, reason: 'taken' },
  'body-too-large': { ...refused, status: 413, reason: 'body_too_large' },
  'body-timeout': { ...refused, status: 408, reason: 'body_timeout' },
  'content-refused': { ...refused, reason: 'content_filter' },
  'rate-limited': {
    ...refused,
    status: 429,
    code: 50603,
    type: 'rate_limit_error',
    reason: 'rate_limit_exceeded',
  },
  overloaded: { ...failed, status: 503, code: 50505, reason: 'overloaded' },
  'engine-lost': { ...failed, status: 503, code: 50508, reason: 'engine_lost' },
  internal: { ...failed, status: 500, code: 50507, reason: 'internal_error' },
} as const satisfies Record<FailureKind, Row>

/**
 * The status and body of a failure. The flat fields are the service's; `error` beside them is what the OpenAI SDK reads,
 * without which it would show the caller no message at all.
 */
export function writeFailure(failure: Failure): FailureReply {
  const { status, body } = rows[failure.kind]
  if (body === 'text') return { status, contentType: 'text/plain; charset=utf-8', body: failure.message }
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: body === 'string' ? JSON.stringify(failure.message) : writeFailureObject(failure),
  }
}

/** The failure as one JSON object, whatever its kind: the form in which it can stand within a stream. */
export function writeFailureObject(failure: Failure): string {
  return JSON.stringify(failureFields(failure))
}

export function failureFields({ kind, message, field }: Failure) {
  const { code, type, reason } = rows[kind]
  return { code, message, data: null, error: { message, type, code: reason, param: field } }
}

export function statusOf({ kind }: Failure): number {
  return rows[kind].status
}

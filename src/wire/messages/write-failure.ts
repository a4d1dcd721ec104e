import type { Failure } from '../../chat/failure.ts'
import { type FailureReply, failureFields, statusOf } from '../failures.ts'

/** Anthropic's `error.type` of each status. */
const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'overloaded_error',
}

/** By this the tool runner of Anthropic's SDK knows that it must do without threads, and goes on. */
const unthreaded = { error_code: 'thread_unsupported_request', unsupported: [] }

/**
 * The failure for both kinds of clients in one object: the flat fields that the service sends here as well, and around
 * `error` what Anthropic's clients read. A wrong key is no bare string here, for they would not understand it.
 */
export function writeFailureObject(failure: Failure): string {
  const { error, ...flat } = failureFields(failure)
  const type = types[statusOf(failure)] ?? 'api_error'
  const details = failure.field === 'thread' && { details: unthreaded }
  return JSON.stringify({ type: 'error', ...flat, error: { ...error, type, ...details } })
}

export function writeFailure(failure: Failure): FailureReply {
  return {
    status: statusOf(failure),
    contentType: 'application/json; charset=utf-8',
    body: writeFailureObject(failure),
  }
}

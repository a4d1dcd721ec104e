import { describe, expect, test } from 'vitest'
import { Failure, type FailureKind } from '../chat/failure.ts'
import { writeFailure, writeFailureObject } from './failures.ts'

describe('writeFailure', () => {
  test.each<[FailureKind, number, number, string]>([
    ['invalid-request', 400, 20015, 'invalid_parameter'],
    ['unknown-model', 400, 20012, 'model_not_found'],
    ['context-overflow', 400, 20015, 'context_length_exceeded'],
    ['json-unsupported', 400, 20024, 'json_unsupported'],
    ['calls-unsupported', 400, 20037, 'calls_unsupported'],
    ['content-refused', 400, 20015, 'content_filter'],
    ['body-too-large', 413, 20015, 'body_too_large'],
    ['body-timeout', 408, 20015, 'body_timeout'],
    ['rate-limited', 429, 50603, 'rate_limit_exceeded'],
    ['overloaded', 503, 50505, 'overloaded'],
    ['engine-lost', 503, 50508, 'engine_lost'],
    ['internal', 500, 50507, 'internal_error'],
  ])('writes %s as %i with code %i', (kind, status, code, reason) => {
    const type = status === 429 ? 'rate_limit_error' : status < 500 ? 'invalid_request_error' : 'server_error'
    expect(writeFailure(new Failure(kind, 'Why.', { field: 'n' }))).toEqual({
      status,
      contentType: 'application/json; charset=utf-8',
      body: `{"code":${code},"message":"Why.","data":null,"error":{"message":"Why.","type":"${type}","code":"${reason}","param":"n"}}`,
    })
  })

  test('writes a wrong key as the bare string that the service sends', () => {
    expect(writeFailure(new Failure('malformed-key', 'Invalid token'))).toMatchObject({
      status: 401,
      body: '"Invalid token"',
    })
    expect(writeFailure(new Failure('unknown-key', 'Api key is invalid')).body).toBe('"Api key is invalid"')
  })

  test('writes an unknown path as plain text', () => {
    expect(writeFailure(new Failure('unknown-path', '404 page not found'))).toEqual({
      status: 404,
      contentType: 'text/plain; charset=utf-8',
      body: '404 page not found',
    })
  })

  test('writes every kind as an object within a stream', () => {
    expect(writeFailureObject(new Failure('unknown-key', 'Api key is invalid'))).toMatch(/^\{"code":20015,/)
  })
})

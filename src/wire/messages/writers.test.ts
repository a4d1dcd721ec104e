import { describe, expect, test } from 'vitest'
import { Failure, type FailureKind } from '../../chat/failure.ts'
import { messageHead } from './head.ts'
import { writeFailure } from './write-failure.ts'
import { streamWriter } from './write-stream.ts'

// The shapes of answers stand in tests/golden; what is here is what they cannot show.
describe('messageHead', () => {
  test('makes ids of 24 letters and digits that keep their order, and signatures of ten letters', () => {
    const ids = ['0'.repeat(32), '019a5b3c4d5e' + '0123456789'.repeat(2), '0' + 'f'.repeat(31)]
    const heads = ids.map((id) => messageHead(id, 'm'))
    for (const { id, signature } of heads) {
      expect(id).toMatch(/^msg_[0-9a-z]{24}$/)
      expect(signature).toMatch(/^[a-z]{10}$/)
    }
    expect(heads.map(({ id }) => id)).toEqual(heads.map(({ id }) => id).toSorted())
  })
})

describe('streamWriter', () => {
  test('writes nothing for events that say nothing', () => {
    const writer = streamWriter(messageHead('0'.repeat(32), 'm'))
    expect(writer.write({ type: 'mark', choice: 0, tokens: 2 })).toBe('')
    expect(writer.write({ type: 'text', choice: 0, text: '', tokens: 1 })).toBe('')
    expect(writer.write({ type: 'reasoning', choice: 0, text: '', tokens: 0 })).toBe('')
    expect(writer.ping).toBe('event: ping\ndata: {"type":"ping"}\n\n')
  })
})

describe('writeFailure', () => {
  test.each<[FailureKind, number, number, string, string]>([
    ['invalid-request', 400, 20015, 'invalid_request_error', 'invalid_parameter'],
    ['unknown-model', 400, 20012, 'invalid_request_error', 'model_not_found'],
    ['unknown-key', 401, 20015, 'authentication_error', 'invalid_api_key'],
    ['forbidden', 403, 20015, 'permission_error', 'forbidden'],
    ['body-timeout', 408, 20015, 'timeout_error', 'body_timeout'],
    ['body-too-large', 413, 20015, 'request_too_large', 'body_too_large'],
    ['rate-limited', 429, 50603, 'rate_limit_error', 'rate_limit_exceeded'],
    ['internal', 500, 50507, 'api_error', 'internal_error'],
    ['overloaded', 503, 50505, 'overloaded_error', 'overloaded'],
  ])('writes %s as %i with code %i and type %s', (kind, status, code, type, reason) => {
    const { body, ...reply } = writeFailure(new Failure(kind, 'Why.', { field: 'n' }))
    expect(reply).toEqual({ status, contentType: 'application/json; charset=utf-8' })
    expect(JSON.parse(body)).toEqual({
      type: 'error',
      code,
      message: 'Why.',
      data: null,
      error: { type, message: 'Why.', code: reason, param: 'n' },
    })
  })

  test('tells a client that it must do without threads', () => {
    const { body } = writeFailure(new Failure('invalid-request', 'Why.', { field: 'thread' }))
    expect(JSON.parse(body)).toHaveProperty('error.details.error_code', 'thread_unsupported_request')
  })
})

import { expect, test } from 'vitest'
import type { FailureKind } from '../../chat/failure.ts'
import { readFailure, readOverflow } from './read-failure.ts'

const now = Date.UTC(2026, 0, 1)
const refused = (status: number, body: string, retryAfter = '') =>
  readFailure({ status, body, retryAfter, now })

test.each<[string, number, string, FailureKind]>([
  [
    'vLLM',
    400,
    '{"error":{"message":"This model\'s maximum context length is 8 tokens."}}',
    'context-overflow',
  ],
  ['SGLang', 400, '{"message":"Requested token count exceeds the model\'s"}', 'context-overflow'],
  ['llama-server', 400, '{"error":{"type":"exceed_context_size_error","message":"no"}}', 'context-overflow'],
  [
    'the service',
    400,
    '{"code":20015,"message":"… has exceeded max_seq_len (8) limit."}',
    'context-overflow',
  ],
  ['OpenAI', 400, '{"error":{"code":"content_filter","message":"no"}}', 'content-refused'],
  [
    'the service',
    400,
    '{"code":20024,"message":"Json mode is not supported for this model."}',
    'json-unsupported',
  ],
  ['anyone', 400, '{"detail":"top_k must be an integer"}', 'invalid-request'],
  ['anyone', 401, '"Api key is invalid"', 'internal'],
  ['anyone', 404, '{"error":{"message":"The model `x` does not exist."}}', 'internal'],
  ['the service', 403, '"RPM limit exceeded. Please complete identity verification"', 'overloaded'],
  ['anyone', 429, '{}', 'overloaded'],
  ['llama-server', 503, '{"error":{"message":"Loading model"}}', 'overloaded'],
  ['the service, in a stream', 200, '{"code":50505,"message":"Model service overloaded."}', 'overloaded'],
  ['anyone', 500, 'Internal Server Error', 'engine-lost'],
  ['a gateway', 504, '<html></html>', 'engine-lost'],
  ['a sign-in page', 200, '<html></html>', 'engine-lost'],
])('what %s says with status %i, %s, is %s', (_, status, body, kind) => {
  expect(refused(status, body)).toMatchObject({ kind })
})

test('the server’s own words reach the caller where they are about the request, and else the operator alone', () => {
  expect(refused(400, '{"error":{"message":"n is too large"}}').message).toBe('n is too large')
  const failure = refused(401, '{"error":{"message":"key sk-1 is wrong"}}')
  expect(failure.message).not.toContain('sk-1')
  expect(failure.cause).toBe('401 key sk-1 is wrong')
})

test.each([
  ['', null],
  ['2', 2000],
  ['0.5', 500],
  [new Date(now + 7000).toUTCString(), 7000],
  [new Date(now - 7000).toUTCString(), 0],
  ['soon', null],
])('Retry-After %j is %j ms', (header, ms) => {
  expect(refused(429, '{}', header).retryAfter).toBe(ms)
})

test.each([
  [
    "This model's maximum context length is 512 tokens and your request has 300 input tokens (400 > 512 - 300).",
    300,
  ],
  [
    "This model's maximum context length is 512 tokens. However, you requested 700 tokens (300 in the messages, 400 in the completion).",
    300,
  ],
  ["The input (300 tokens) is longer than the model's context length (512 tokens).", 300],
  [
    "Requested token count exceeds the model's maximum context length of 512 tokens. You requested a total of 700 tokens: 300 tokens from the input messages and 400 tokens for the completion.",
    300,
  ],
  ['request (300 tokens) exceeds the available context size (512 tokens), try increasing it', 300],
  ['number of input tokens (300) has exceeded max_seq_len (512) limit.', 300],
  ['max_total_tokens (700) must be less than or equal to max_seq_len (512)', 300],
])('the numbers of an overflow are read from %j', (words, tokens) => {
  expect(readOverflow(words, 400)).toEqual({ tokens, window: 512 })
})

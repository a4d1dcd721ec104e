import type { FailureKind } from '../../chat/failure.ts'

/** When each failure comes, and what it says then. */
export const failureNotes: Readonly<
  Record<FailureKind, { readonly when: string; readonly message: string }>
> = {
  'invalid-request': {
    when: 'A field is missing, malformed or out of range, or the request is no JSON.',
    message: 'The parameter is invalid: temperature must be a number between 0 and 2, got 3.',
  },
  'unknown-path': { when: 'There is no such path or method.', message: '404 page not found' },
  'unknown-model': {
    when: 'The model is not in the catalogue.',
    message: 'Model does not exist. Please check it carefully.',
  },
  'model-disabled': { when: 'The model is offline, or nothing runs it.', message: 'Model disabled.' },
  'context-overflow': {
    when: 'The prompt, or prompt and answer, are longer than the window.',
    message: 'number of input tokens (9000) has exceeded max_seq_len (8192) limit.',
  },
  'json-unsupported': {
    when: 'The model cannot promise JSON.',
    message: 'Json mode is not supported for this model.',
  },
  'calls-unsupported': {
    when: 'The model cannot call functions.',
    message: 'Function call is not supported for this model.',
  },
  'malformed-key': { when: 'No key came, or not as `Bearer <key>`.', message: 'Invalid token' },
  'unknown-key': { when: 'Nobody holds the key, or no longer.', message: 'Api key is invalid' },
  forbidden: { when: 'The key is good, and this is not for it.', message: 'Forbidden' },
  'not-found': { when: 'What is named does not exist.', message: 'There is no such request.' },
  taken: { when: 'It exists already.', message: 'There is an account team already.' },
  'body-too-large': {
    when: 'The body is larger than 32 MiB.',
    message: 'The request body must not be larger than 33554432 bytes.',
  },
  'body-timeout': {
    when: 'The request took more than 60 seconds to arrive.',
    message: 'The request did not arrive within 60 seconds.',
  },
  'content-refused': {
    when: 'The engine will not answer this.',
    message: 'The engine refused to answer.',
  },
  'rate-limited': {
    when: 'The account has had what it may have of the model. See `Retry-After`.',
    message:
      'Request was rejected due to rate limiting. If you want more, please contact the operator. Details:RPM limit reached.',
  },
  overloaded: {
    when: 'The queue is full, the server is stopping, or the database is away.',
    message: 'Model service overloaded. Please try again later.',
  },
  'engine-lost': {
    when: 'The engine broke off, and no other could go on.',
    message: 'System is too busy now. Please try again later.',
  },
  internal: { when: 'A defect of the server.', message: 'Request failed: Unknown error.' },
}

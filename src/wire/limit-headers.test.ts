import { expect, test } from 'vitest'
import { Failure } from '../chat/failure.ts'
import { limitHeaders, refusalHeaders } from './limit-headers.ts'

const standings = [
  { metric: 'RPM', most: 60, remaining: 7, resetsIn: 60_500 },
  { metric: 'RPD', most: 1000, remaining: 3, resetsIn: 86_000_000 },
  { metric: 'TPM', most: 5000, remaining: 4100, resetsIn: 1001 },
] as const

test('of the requests and of the tokens the limit that leaves least is told', () => {
  expect(limitHeaders(standings)).toEqual({
    'x-ratelimit-limit-requests': '1000',
    'x-ratelimit-remaining-requests': '3',
    'x-ratelimit-reset-requests': '86000s',
    'x-ratelimit-limit-tokens': '5000',
    'x-ratelimit-remaining-tokens': '4100',
    'x-ratelimit-reset-tokens': '2s',
  })
})

test('nothing is told of limits that do not exist', () => {
  expect(limitHeaders([])).toEqual({})
  expect(refusalHeaders(new Failure('internal', ''))).toEqual({})
})

test('a refusal says in whole seconds when to come back, never too early', () => {
  const failure = new Failure('rate-limited', '', { retryAfter: 3001, standings: standings.slice(2) })
  expect(refusalHeaders(failure)).toMatchObject({ 'retry-after': '4', 'x-ratelimit-limit-tokens': '5000' })
})

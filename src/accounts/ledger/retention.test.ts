import { afterEach, beforeEach, expect, it } from 'vitest'
import { anyRequest, untold } from '../../../tests/ledger/any-request.ts'
import { findBodies, insertBodies } from '../../storage/bodies.ts'
import { type Database, openDatabase } from '../../storage/database.ts'
import { insertRequests, listRequests } from '../../storage/requests.ts'
import { doneLine } from './line.ts'
import { forgetOld } from './retention.ts'

const day = 86_400_000
const now = 1000 * day
let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

/** A record of a request that came in so many days ago. */
function record(days: number, index: number): string {
  const at = now - days * day
  return doneLine({
    ...untold,
    traceId: at.toString(16).padStart(12, '0') + String(index).padStart(20, '0'),
    callerTraceId: '',
    accountId: 'default',
    keyId: 'sk-1',
    model: 'a/b',
    standIn: '',
    thinking: 'off',
    reply: 'whole',
    choices: 1,
    answerLimit: 9,
    receivedAt: at,
    admittedAt: at,
    firstTokenAt: at,
    doneAt: at,
    promptTokens: 1,
    cachedTokens: 0,
    completionTokens: 1,
    reasoningTokens: 0,
    outcome: 'finished',
    reasons: ['stop'],
    failure: null,
    cause: null,
  })
}

const ages = async () =>
  (await listRequests(database, anyRequest, 100_000)).map((row) => Math.round((now - row.received_at) / day))

it.each([
  ['older than it may be', { days: 3, bodyDays: 2, most: 100 }, [0, 1, 2]],
  ['more than it may be, the oldest first', { days: 100, bodyDays: 2, most: 2 }, [0, 1]],
  ['both, of which age is more', { days: 3, bodyDays: 2, most: 4 }, [0, 1, 2]],
  ['both, of which number is more', { days: 3, bodyDays: 2, most: 2 }, [0, 1]],
  ['neither', { days: 100, bodyDays: 2, most: 100 }, [0, 1, 2, 4, 5]],
])('deletes what is %s', async (_what, retention, left) => {
  await insertRequests(database, [4, 0, 2, 5, 1].map(record))
  await forgetOld(database, retention, now, new AbortController().signal)
  expect(await ages()).toEqual(left)
})

it('deletes any number, and stops when it is told to', async () => {
  await insertRequests(
    database,
    Array.from({ length: 2500 }, (_, index) => record(9, index)),
  )
  await forgetOld(database, { days: 3, bodyDays: 2, most: 1 }, now, AbortSignal.abort())
  expect(await ages()).toHaveLength(2500)
  await forgetOld(database, { days: 3, bodyDays: 2, most: 1 }, now, new AbortController().signal)
  expect(await ages()).toEqual([])
})

it('deletes bodies sooner than records, and never later', async () => {
  const lines = [0, 1, 3, 5].map(record)
  await insertRequests(database, lines)
  const ids = lines.map((line) => String(JSON.parse(line).id))
  await insertBodies(
    database,
    ids.map((id) => ({ id, request: '{}', answer: '[]', truncated: 0 })),
  )
  const kept = async () => (await Promise.all(ids.map((id) => findBodies(database, id)))).map(Boolean)
  const never = new AbortController().signal
  await forgetOld(database, { days: 100, bodyDays: 2, most: 100 }, now, never)
  expect(await kept()).toEqual([true, true, false, false])
  await forgetOld(database, { days: 100, bodyDays: 2, most: 1 }, now, never)
  expect(await kept()).toEqual([true, false, false, false])
})

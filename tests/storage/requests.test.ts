import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { doneLine } from '../../src/accounts/ledger/line.ts'
import { reportUsage } from '../../src/accounts/ledger/usage.ts'
import type { RecordFilter } from '../../src/chat/record-filter.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { insertRequests, listRequests } from '../../src/storage/requests.ts'
import { anyRequest, untold } from '../ledger/any-request.ts'
import { type FreshDatabase, freshDatabase, kinds } from './fresh-database.ts'

const hour = 3_600_000
const start = 1_764_000_000_000 - (1_764_000_000_000 % hour)

/** The line of request number `index`, which came in so many milliseconds after `start`. */
function line(index: number, at: number, changed: Partial<Parameters<typeof doneLine>[0]> = {}): string {
  const receivedAt = start + at
  return doneLine({
    ...untold,
    traceId: receivedAt.toString(16).padStart(12, '0') + String(index).padStart(20, '0'),
    callerTraceId: '',
    accountId: 'a',
    keyId: 'k',
    model: 'm',
    standIn: '',
    thinking: 'off',
    reply: 'whole',
    choices: 1,
    answerLimit: 10,
    receivedAt,
    admittedAt: receivedAt,
    firstTokenAt: receivedAt + 50 + (index % 7) * 100,
    doneAt: receivedAt + 2000,
    promptTokens: index % 5,
    cachedTokens: index % 2,
    completionTokens: index % 9,
    reasoningTokens: index % 3,
    outcome: 'finished',
    reasons: ['stop'],
    failure: null,
    cause: null,
    ...changed,
  })
}

describe.each(kinds)('the requests in a %s database', (kind) => {
  let fresh: FreshDatabase
  let database: Database
  beforeEach(async () => {
    fresh = await freshDatabase(kind)
    database = await openDatabase(fresh.place)
  })
  afterEach(async () => {
    await database.close()
    await fresh.remove()
  })

  it('are summed by the hour as they are one by one, however often a batch is sent', async () => {
    const some = fc.record({
      at: fc.nat(3 * hour - 1),
      accountId: fc.constantFrom('a', 'b'),
      model: fc.constantFrom('m', 'n'),
      outcome: fc.constantFrom('finished', 'abandoned', 'failed' as const),
      failure: fc.constantFrom('overloaded', 'engine-lost' as const),
      firstTokenAt: fc.constantFrom(null, start + 3 * hour + 500),
    })
    const requests = fc
      .sample(fc.array(some, { minLength: 40, maxLength: 40 }), { numRuns: 3, seed: 1 })
      .flat()
    const lines = requests.map(({ at, failure, ...changed }, index) =>
      line(index, at, { ...changed, failure: changed.outcome === 'failed' ? failure : null }),
    )
    await Promise.all(
      [lines.slice(0, 70), lines.slice(50), lines].map((batch) => insertRequests(database, batch)),
    )
    const all = { from: start, to: start + 3 * hour, accountId: null, keyId: null, model: null } as const
    for (const by of ['none', 'model', 'account', 'key'] as const) {
      const hours = await reportUsage(database, { ...all, step: hour, by })
      const minutes = await reportUsage(database, { ...all, step: hour / 60, by })
      expect(hours.totals.reduce((sum, { requests: count }) => sum + count, 0)).toBe(lines.length)
      expect(hours.totals).toEqual(minutes.totals)
      expect(hours.steps).not.toHaveLength(hours.totals.length)
    }
    const one = { ...all, step: hour, by: 'none', model: 'm', accountId: 'b' } as const
    const [total] = (await reportUsage(database, one)).totals
    const chosen = requests.filter(({ model, accountId }) => model === 'm' && accountId === 'b')
    expect(total?.requests).toBe(chosen.length)
    expect([...(total?.errors ?? [])].reduce((sum, [, count]) => sum + count, 0)).toBe(
      chosen.filter(({ outcome }) => outcome === 'failed').length,
    )
  })

  it('that an older Silica left in its journal are stored without what it did not know', async () => {
    const { engine: _, attempts: __, asked: ___, token_bin: ____, ...old } = JSON.parse(line(1, 0))
    await insertRequests(database, [JSON.stringify(old)])
    const [row] = await listRequests(database, anyRequest, 10)
    expect(row).toMatchObject({ id: old.id, engine: '', attempts: '', asked: 0, token_bin: 0 })
  })

  it('are looked for by an index, whatever is asked', async () => {
    const lines = Array.from({ length: 3000 }, (_, index) =>
      line(index, index * 10, {
        model: index % 100 === 0 ? 'rare' : 'm',
        keyId: index % 100 === 1 ? 'rare' : 'k',
        accountId: index % 100 === 2 ? 'rare' : 'a',
        callerTraceId: index % 100 === 3 ? 'rare' : '',
        ...(index % 100 === 4 ? { outcome: 'failed', failure: 'overloaded' } : {}),
        ...(index % 100 === 5 ? { outcome: 'abandoned' } : {}),
      }),
    )
    await insertRequests(database, lines)
    await sql`analyze requests`.execute(database.query)
    const filters: readonly [index: string, filter: Partial<RecordFilter>][] = [
      ['requests_of_model', { model: 'rare' }],
      ['requests_of_key_id', { keyId: 'rare' }],
      ['requests_of_account', { accountId: 'rare' }],
      ['requests_named', { callerTraceId: 'rare' }],
      ['requests_failed', { failure: 'overloaded' }],
      ['requests_failed', { outcome: 'failed' }],
      ['requests_abandoned', { outcome: 'abandoned' }],
    ]
    for (const [index, filter] of filters) {
      const wanted = { ...anyRequest, ...filter, from: start, before: 'f' }
      const plan = await planOf(database, kind, () => listRequests(database, wanted, 20))
      expect(plan).toMatch(kind === 'sqlite' ? index : /Index|Bitmap/)
      const first = await listRequests(database, { ...anyRequest, ...filter }, 20)
      const rest = await listRequests(
        database,
        { ...anyRequest, ...filter, before: first.at(-1)?.id ?? '' },
        20,
      )
      expect(new Set([...first, ...rest].map(({ id }) => id)).size).toBe(30)
    }
  })
})

/** How the database goes about what `ask` asks of it. */
async function planOf(
  database: Database,
  kind: 'sqlite' | 'postgres',
  ask: () => Promise<unknown>,
): Promise<string> {
  const explain = kind === 'sqlite' ? 'explain query plan' : 'explain'
  const executor = database.query.getExecutor()
  const compiled: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  const spied = executor.compileQuery.bind(executor)
  executor.compileQuery = (node, id) => {
    const query = spied(node, id)
    compiled.push(query)
    return query
  }
  await ask()
  executor.compileQuery = spied
  const [query] = compiled
  const { rows } = await database.query.executeQuery<object>({
    ...spied(sql`select 1`.toOperationNode(), { queryId: 'plan' }),
    sql: `${explain} ${query?.sql}`,
    parameters: query?.parameters ?? [],
  })
  return JSON.stringify(rows)
}

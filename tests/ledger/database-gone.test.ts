import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/storage/database.ts'
import { listRequests } from '../../src/storage/requests.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { type FreshDatabase, freshDatabase, postgresUrl } from '../storage/fresh-database.ts'
import { anyRequest } from './any-request.ts'
import { openWay, type Way } from './severed-database.ts'
import { Callers } from './streams.ts'

let dataFolder = ''
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'silica-gone-'))
})
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }))

const records = async ({ url }: TestSilica): Promise<unknown> =>
  Object(await (await fetch(`${url}/health`)).json()).records

/** What was promised of callers who asked all the while, and of whom none knows of the database. */
async function expectWhole(callers: Callers, place: string): Promise<void> {
  expect(callers.refused).toEqual([])
  expect(callers.seen.filter(({ wholeAt }) => wholeAt === null)).toEqual([])
  const database = await openDatabase(place)
  const rows = new Map((await listRequests(database, anyRequest, 100_000)).map((row) => [row.id, row]))
  await database.close()
  expect(rows.size).toBe(callers.seen.length)
  for (const { trace, tokens } of callers.seen)
    expect(rows.get(trace)).toMatchObject({ outcome: 'finished', completion_tokens: tokens })
}

it('a locked SQLite file stops nobody, and all rows arrive', async () => {
  const silica = await openTestSilica({ dataFolder })
  const callers = new Callers(silica.url, silica.key, 4)
  await sleep(500)
  const other = new DatabaseSync(join(dataFolder, 'silica.db'))
  other.exec('begin immediate')
  await expect.poll(() => records(silica), { timeout: 10_000 }).toMatchObject({ status: 'behind', lost: 0 })
  other.exec('rollback')
  other.close()
  await expect.poll(() => records(silica), { timeout: 10_000 }).toMatchObject({ status: 'ok' })
  await callers.stop()
  await silica.close()
  await expectWhole(callers, join(dataFolder, 'silica.db'))
})

describe.skipIf(postgresUrl === '')('a PostgreSQL', () => {
  let fresh: FreshDatabase
  let way: Way
  let silica: TestSilica
  let key = ''
  beforeEach(async () => {
    fresh = await freshDatabase('postgres')
    way = await openWay(fresh.place)
    silica = await openTestSilica({ dataFolder, database: way.url, adminKeys: ['admin'] })
    const made = await fetch(`${silica.url}/admin/v1/keys`, {
      method: 'POST',
      headers: { authorization: 'Bearer admin' },
      body: '{}',
    })
    key = Object(await made.json()).secret
  })
  afterEach(async () => {
    await way.close()
    await fresh.remove()
  })

  it('that is gone for a while stops nobody whose key is known, and all rows arrive', async () => {
    const callers = new Callers(silica.url, key, 4)
    await sleep(500)
    way.cut()
    await expect.poll(() => records(silica), { timeout: 10_000 }).toMatchObject({ status: 'behind', lost: 0 })
    await sleep(2000)
    const unknown = await fetch(`${silica.url}/v1/models`, { headers: { authorization: 'Bearer nobody' } })
    expect(unknown.status).toBe(503)
    way.mend()
    await expect.poll(() => records(silica), { timeout: 10_000 }).toMatchObject({ status: 'ok' })
    await callers.stop()
    await silica.close()
    await expectWhole(callers, fresh.place)
  })

  it('that answers nothing any more holds nobody up for long, and rows left behind are stored by the next', async () => {
    const callers = new Callers(silica.url, key, 4)
    await sleep(500)
    way.stall()
    await sleep(4000)
    const before = callers.seen.length
    await sleep(2000)
    expect(callers.seen.length).toBeGreaterThan(before)
    await callers.stop()
    const closing = silica.close()
    // Longer than it waits for the database.
    await sleep(6000)
    way.mend()
    await closing
    const next = await openTestSilica({ dataFolder, database: fresh.place })
    await next.close()
    await expectWhole(callers, fresh.place)
  })
})

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anyRequest } from './any-request.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { listRequests, type RequestRow } from '../../src/storage/requests.ts'
import { createHome } from '../cli/command.ts'
import { type FreshDatabase, freshDatabase, kinds } from '../storage/fresh-database.ts'
import { Callers, type Seen } from './streams.ts'

/** How often a server is killed. Each time takes some seconds. */
const kills = Number(process.env['SILICA_TEST_KILLS'] ?? 3)
/** What came in so many milliseconds before a kill is in the ledger, and a little for what the caller saw late. */
const promise = 100 + 50

let home = createHome()
let fresh: FreshDatabase
beforeEach(() => {
  home = createHome()
})
afterEach(async () => {
  await home.remove()
  await fresh.remove()
})

/** A server with a data folder of its own. Resolves when it answers. */
async function start(name: string) {
  const running = home.start(['serve', '--port', '0', '--log', 'warn', '--data', join(home.folder, name)], {
    SILICA_API_KEY: 'key',
    SILICA_SECRET: 'one secret for all',
    ...(fresh.place.startsWith('postgres') ? { SILICA_DATABASE: fresh.place } : {}),
  })
  const url = /answers at (\S+)\/v1/.exec(await running.said('answers at '))?.[1] ?? 'no URL'
  return { ...running, url }
}

async function rowsOf(place: string): Promise<ReadonlyMap<string, RequestRow>> {
  const database = await openDatabase(place)
  const rows = await listRequests(database, anyRequest, 1_000_000)
  await database.close()
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  return new Map(rows.map((row) => [row.id, row]))
}

/** What of the promise does not hold for the requests that callers saw of a server that was killed at `killedAt`. */
function broken(seen: readonly Seen[], rows: ReadonlyMap<string, RequestRow>, killedAt: number): string[] {
  return seen.flatMap(({ trace, beganAt, wholeAt, tokens }) => {
    const row = rows.get(trace)
    if (row === undefined) return beganAt < killedAt - promise ? [`${trace} is missing`] : []
    if (wholeAt === null) return []
    if (row.outcome === 'finished')
      return row.completion_tokens === tokens ? [] : [`${trace} has other tokens`]
    return wholeAt < killedAt - promise ? [`${trace} is ${row.outcome} and was whole`] : []
  })
}

describe.each(kinds)('over %s', (kind) => {
  it(
    `a server that is killed while it streams loses at most its last moment (${kills} times)`,
    async () => {
      fresh = await freshDatabase(kind)
      const place = kind === 'sqlite' ? join(home.folder, 'killed/silica.db') : fresh.place
      let all = 0
      let abandoned = 0
      for (let kill = 0; kill < kills; kill++) {
        const { child, url, ended } = await start('killed')
        const callers = new Callers(url, 'key', 8)
        await sleep(400 + Math.random() * 1200)
        const killedAt = performance.now()
        child.kill('SIGKILL')
        await ended
        await callers.stop()
        const next = await start('killed')
        next.child.kill('SIGTERM')
        expect(await next.ended).toMatchObject({ code: 0 })
        const rows = await rowsOf(place)
        expect(broken(callers.seen, rows, killedAt)).toEqual([])
        all += callers.seen.length
        abandoned += callers.seen.filter(({ trace }) => rows.get(trace)?.outcome === 'abandoned').length
      }
      // Else it was killed while nobody asked anything, and nothing was tried.
      expect(all).toBeGreaterThan(kills)
      expect(abandoned).toBeGreaterThan(0)
    },
    kills * 20_000,
  )

  it('a server that is told to stop loses nothing, and leaves no journal', async () => {
    fresh = await freshDatabase(kind)
    const { child, url, ended } = await start('stopped')
    const callers = new Callers(url, 'key', 8)
    await sleep(1000)
    child.kill('SIGTERM')
    await callers.stop()
    expect(await ended).toMatchObject({ code: 0 })
    const rows = await rowsOf(kind === 'sqlite' ? join(home.folder, 'stopped/silica.db') : fresh.place)
    expect(callers.seen.length).toBeGreaterThan(0)
    expect(callers.seen.filter(({ wholeAt }) => wholeAt === null)).toEqual([])
    expect(broken(callers.seen, rows, Infinity)).toEqual([])
  })
})

describe.skipIf(!kinds.some((kind) => kind === 'postgres'))('over one PostgreSQL', () => {
  it('three servers keep one ledger, also when one of them is killed', async () => {
    fresh = await freshDatabase('postgres')
    const servers = await Promise.all(['one', 'two', 'three'].map(start))
    const callers = servers.map(({ url }) => new Callers(url, 'key', 3))
    await sleep(1500)
    const killedAt = performance.now()
    servers[0]?.child.kill('SIGKILL')
    await sleep(500)
    for (const one of callers) await one.stop()
    const again = await start('one')
    for (const { child } of [...servers.slice(1), again]) child.kill('SIGTERM')
    for (const { ended } of [...servers.slice(1), again]) expect(await ended).toMatchObject({ code: 0 })
    const rows = await rowsOf(fresh.place)
    const [killed, ...others] = callers.map(({ seen }) => seen)
    expect(broken(killed ?? [], rows, killedAt)).toEqual([])
    expect(broken(others.flat(), rows, Infinity)).toEqual([])
    expect(others.flat().length).toBeGreaterThan(0)
  })
})

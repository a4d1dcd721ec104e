import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anyRequest } from './any-request.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { listRequests, type RequestRow } from '../../src/storage/requests.ts'
import { createHome } from '../cli/command.ts'
import { type FreshDatabase, freshDatabase, kinds } from '../storage/fresh-database.ts'
import { type OnDisk, onDisk } from './on-disk.ts'
import { Callers, type Seen } from './streams.ts'

/** How often a server is killed. Each time takes some seconds. */
const kills = Number(process.env['SILICA_TEST_KILLS'] ?? 3)
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

/**
 * What is wrong with the rows, given what stood on the disk of a server before it was killed: within how many milliseconds
 * something stands there is a matter of `src/accounts/ledger/ledger.test.ts`, which hands in the time. `all`: the server
 * was not killed, and nothing may be missing.
 */
function broken(
  seen: readonly Seen[],
  rows: ReadonlyMap<string, RequestRow>,
  { open, done }: OnDisk,
  all: 'all' | 'on disk' = 'on disk',
): string[] {
  const lost = [...open, ...done].filter((id) => !rows.has(id)).map((id) => `${id} is missing`)
  const undone = [...done].filter((id) => rows.get(id)?.outcome === 'abandoned')
  return [
    ...lost,
    ...undone.map((id) => `${id} had ended and is abandoned`),
    ...seen.flatMap(({ trace, wholeAt, tokens }) => {
      const row = rows.get(trace)
      if (row === undefined) return all === 'all' ? [`${trace} is missing`] : []
      if (wholeAt === null) return []
      if (row.outcome === 'finished')
        return row.completion_tokens === tokens ? [] : [`${trace} has other tokens`]
      return all === 'all' ? [`${trace} is ${row.outcome} and was whole`] : []
    }),
  ]
}

const nothing: OnDisk = { open: new Set(), done: new Set() }

/** Waits until some answers have ended, are on disk, and others are under way. */
async function untilBusy(dataFolder: string, { seen }: Callers): Promise<void> {
  const ready = () => {
    const { open, done } = onDisk(dataFolder)
    return done.size > 0 && open.size > 0 && seen.some(({ wholeAt }) => wholeAt !== null)
  }
  await expect.poll(ready, { timeout: 30_000 }).toBe(true)
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
        await untilBusy(join(home.folder, 'killed'), callers)
        await sleep(Math.random() * 500)
        const before = onDisk(join(home.folder, 'killed'))
        child.kill('SIGKILL')
        await ended
        await callers.stop()
        const next = await start('killed')
        next.child.kill('SIGTERM')
        expect(await next.ended).toMatchObject({ code: 0 })
        const rows = await rowsOf(place)
        expect(broken(callers.seen, rows, before)).toEqual([])
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
    expect(broken(callers.seen, rows, nothing, 'all')).toEqual([])
  })
})

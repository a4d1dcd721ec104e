import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reportUsage } from '../../src/accounts/ledger/usage.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { listRequests } from '../../src/storage/requests.ts'
import { haveRedis, startRedis, type TestRedis } from '../accounts/redis-server.ts'
import { createHome } from '../cli/command.ts'
import { type FreshDatabase, freshDatabase, postgresUrl } from '../storage/fresh-database.ts'
import { anyRequest } from './any-request.ts'
import { onDisk } from './on-disk.ts'

const key = 'sk-of-every-server'
const [mostRequests, mostTokens] = [40, 9000]

/** A request as its caller saw it: its own name, what Silica named it, and what it was told of tokens. */
interface Seen {
  readonly name: string
  readonly trace: string
  readonly status: number
  readonly tokens: number
}

describe.skipIf(!haveRedis || postgresUrl === '')('three servers over one PostgreSQL and one Redis', () => {
  let home: ReturnType<typeof createHome>
  let redis: TestRedis
  let fresh: FreshDatabase
  beforeEach(async () => {
    home = createHome()
    redis = await startRedis()
    fresh = await freshDatabase('postgres')
    writeFileSync(
      join(home.folder, 'silica.yaml'),
      `limits: { level: free, levels: { free: { limits: { RPH: ${mostRequests}, TPD: ${mostTokens} } } } }`,
    )
  })
  afterEach(async () => {
    await home.remove()
    await redis.close()
    await fresh.remove()
  })

  const folderOf = (name: string) => join(home.folder, name)

  async function start(name: string) {
    mkdirSync(folderOf(name), { recursive: true })
    const flags = ['--port', '0', '--log', 'warn', '--data', folderOf(name)]
    const running = home.start(['serve', ...flags, '--config', join(home.folder, 'silica.yaml')], {
      SILICA_API_KEY: key,
      SILICA_SECRET: 'one secret for all',
      SILICA_DATABASE: fresh.place,
      SILICA_REDIS: redis.url,
    })
    const url = /answers at (\S+)\/v1/.exec(await running.said('answers at '))?.[1] ?? 'no URL'
    return { ...running, url }
  }

  /** Undefined where no answer came. */
  async function ask(url: string, name: string): Promise<Seen | undefined> {
    try {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'x-trace-id': name },
        body: JSON.stringify({
          model: 'silica/nano',
          messages: [{ role: 'user', content: 'Count from 1 to 20.' }],
          max_tokens: 10,
          enable_thinking: false,
        }),
      })
      const { usage } = Object(await response.json())
      const trace = response.headers.get('x-siliconcloud-trace-id') ?? ''
      return { name, trace, status: response.status, tokens: usage?.total_tokens ?? 0 }
    } catch {
      return undefined
    }
  }

  it('L10: let in no more than the limits, and keep one row for each request, also when one is killed', async () => {
    const servers = await Promise.all(['one', 'two', 'three'].map(start))
    const seen: Seen[] = []
    let going = true
    let asked = 0
    const callers = Array.from({ length: 9 }, async (_, at) => {
      while (going) {
        const told = await ask(servers[at % 3]?.url ?? '', `caller-${at}-${(asked += 1)}`)
        if (told !== undefined) seen.push(told)
        // One that is gone, or lets nothing in, is not asked in a tight loop.
        if (told?.status !== 200) await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })
    const letIn = () => seen.filter(({ status }) => status === 200)
    const refused = () => seen.filter(({ status }) => status === 429)
    const busy = () => {
      const { open, done } = onDisk(folderOf('one'))
      return letIn().length >= 3 && open.size + done.size > 0
    }
    // A quick machine uses up the limits within a second, and what is on the disk is soon in the database.
    await expect.poll(busy, { timeout: 30_000, interval: 5 }).toBe(true)
    const before = onDisk(folderOf('one'))
    servers[0]?.child.kill('SIGKILL')
    await servers[0]?.ended
    // It is the limit that refuses, and not for the while in which much is reserved.
    const limited = () => letIn().length > 0.7 * mostRequests && refused().length > 6
    await expect.poll(limited, { timeout: 60_000 }).toBe(true)
    going = false
    await Promise.all(callers)

    const again = await start('one')
    for (const { child, ended } of [...servers.slice(1), again]) {
      child.kill('SIGTERM')
      expect(await ended).toMatchObject({ code: 0 })
    }
    for (const { status } of seen) expect([200, 429, 503]).toContain(status)

    const database = await openDatabase(fresh.place)
    const rows = await listRequests(database, anyRequest, 100_000)
    const question = { from: 0, to: 1e14, step: 3_600_000, by: 'none' } as const
    const { totals } = await reportUsage(database, { ...question, accountId: null, keyId: null, model: null })
    await database.close()
    const tokens = rows.reduce((sum, row) => sum + row.prompt_tokens + row.completion_tokens, 0)
    expect(rows.length).toBeLessThanOrEqual(mostRequests)
    expect(tokens).toBeLessThanOrEqual(mostTokens)

    const byTrace = new Map(rows.map((row) => [row.id, row]))
    const named = rows.map((row) => row.caller_trace_id).filter((name) => name !== '')
    expect(new Set(named).size).toBe(named.length)
    const missing = [...before.open, ...before.done].filter((id) => !byTrace.has(id))
    expect(missing).toEqual([])
    const lost = letIn().filter(({ trace }) => (byTrace.get(trace)?.outcome ?? 'abandoned') === 'abandoned')
    // A caller of the one that was killed may have seen its last moment, of which nothing is promised.
    for (const { name } of lost) expect(name).toMatch(/^caller-[036]-/)
    for (const { trace, tokens: told } of letIn().filter((one) => !lost.includes(one))) {
      const row = byTrace.get(trace)
      expect(Number(row?.prompt_tokens) + Number(row?.completion_tokens)).toBe(told)
    }
    expect(totals.map(({ requests }) => requests)).toEqual([rows.length])
  }, 120_000)
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noLimits } from '../../src/cli/read-limits.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { listRequests } from '../../src/storage/requests.ts'
import { haveRedis, startRedis, type TestRedis } from '../accounts/redis-server.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { anyRequest } from './any-request.ts'
import { havePostgres, type OwnPostgres, startPostgres } from './own-postgres.ts'
import { Callers } from './streams.ts'

const levels = new Map([['free', { limits: [{ metric: 'RPD', most: 100_000 } as const], models: new Map() }]])
const patient = { timeout: 30_000 }

describe.skipIf(!haveRedis || !havePostgres)('a PostgreSQL and a Redis that are stopped and started', () => {
  let folder = ''
  let postgres: OwnPostgres
  let redis: TestRedis
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silica-outage-'))
    postgres = await startPostgres()
    redis = await startRedis()
  })
  afterEach(async () => {
    postgres.close()
    await redis.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const open = (redisGone: 'share' | 'refuse') =>
    openTestSilica({
      dataFolder: folder,
      database: postgres.url,
      redis: redis.url,
      limits: { ...noLimits, levels, level: 'free', redisGone, redisRestarted: 'kept' },
      adminKeys: ['admin'],
    })

  const health = async ({ url }: TestSilica) => Object(await (await fetch(`${url}/health`)).json())

  /** A key that is known to the database alone. */
  async function newKey({ url }: TestSilica): Promise<string> {
    const response = await fetch(`${url}/admin/v1/keys`, {
      method: 'POST',
      headers: { authorization: 'Bearer admin' },
      body: '{}',
    })
    return Object(await response.json()).secret
  }

  async function goOn({ seen }: Callers): Promise<void> {
    const before = seen.length
    await expect.poll(() => seen.length - before, patient).toBeGreaterThanOrEqual(4)
  }

  async function expectRows({ seen }: Callers): Promise<void> {
    const database = await openDatabase(postgres.url)
    const rows = new Map((await listRequests(database, anyRequest, 100_000)).map((row) => [row.id, row]))
    await database.close()
    expect(rows.size).toBe(seen.length)
    for (const { trace, tokens } of seen)
      expect(rows.get(trace)).toMatchObject({ outcome: 'finished', completion_tokens: tokens })
  }

  it('under load fail no request where servers may have their share, and all rows arrive', async () => {
    const silica = await open('share')
    const callers = new Callers(silica.url, await newKey(silica), 4)
    await goOn(callers)
    const behind = { records: { status: 'behind', lost: 0 } }
    const down = { limits: { redis: 'down' } }
    for (const [which, sign] of [
      ['postgres', behind],
      ['redis', down],
      ['both', { ...behind, ...down }],
    ] as const) {
      if (which !== 'redis') postgres.kill()
      if (which !== 'postgres') await redis.kill()
      await goOn(callers)
      await expect.poll(() => health(silica), patient).toMatchObject(sign)
      if (which !== 'postgres') await redis.start()
      if (which !== 'redis') postgres.start()
      await goOn(callers)
      await expect
        .poll(() => health(silica), patient)
        .toMatchObject({ records: { status: 'ok' }, limits: { redis: 'up' } })
    }
    await callers.stop()
    await silica.close()
    expect(callers.refused).toEqual([])
    expect(callers.seen.filter(({ wholeAt }) => wholeAt === null)).toEqual([])
    await expectRows(callers)
  }, 180_000)

  it('refuse with 503 while there is no Redis, where they are told to, and with nothing else', async () => {
    const silica = await open('refuse')
    const callers = new Callers(silica.url, await newKey(silica), 4)
    await goOn(callers)
    await redis.kill()
    await expect.poll(() => callers.refused.length, patient).toBeGreaterThan(0)
    postgres.kill()
    await redis.start()
    await goOn(callers)
    postgres.start()
    await expect.poll(() => health(silica), patient).toMatchObject({ records: { status: 'ok' } })
    await callers.stop()
    await silica.close()
    for (const refused of callers.refused) expect(refused).toMatch(/^503 .*Limits cannot be checked now/)
    await expectRows(callers)
  }, 120_000)
})

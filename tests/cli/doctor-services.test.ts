import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { haveRedis, startRedis } from '../accounts/redis-server.ts'
import { type FreshDatabase, freshDatabase, postgresUrl } from '../storage/fresh-database.ts'
import { createHome } from './command.ts'

describe.skipIf(!haveRedis || postgresUrl === '')('silica doctor', () => {
  let home: ReturnType<typeof createHome>
  let fresh: FreshDatabase
  beforeEach(async () => {
    home = createHome()
    fresh = await freshDatabase('postgres')
  })
  afterEach(async () => {
    await home.remove()
    await fresh.remove()
  })

  it('looks at the database and at Redis, and says what is wrong without a password', async () => {
    const redis = await startRedis()
    const doctor = (database: string) =>
      home.run(['doctor'], { environment: { SILICA_DATABASE: database, SILICA_REDIS: redis.url } })
    const well = await doctor(fresh.place)
    expect(well.stdout).toMatch(/^ok +database +PostgreSQL \d+.* at postgres:.*, empty, \d+ changes/m)
    expect(well.stdout).toMatch(
      /^ok +redis +Redis \d+\.\d+.*, answers in \d+ ms; without it: refuse with 503$/m,
    )
    await redis.close()
    const ill = await doctor('postgres://silica:a-password@127.0.0.1:1/none')
    expect(ill.code).toBe(1)
    expect(ill.stdout).toMatch(/^WRONG +database +postgres:\/\/silica@127.0.0.1:1\/none: .*ECONNREFUSED/m)
    expect(ill.stdout).toMatch(/^WRONG +redis +Redis does not answer: .*ECONNREFUSED/m)
    expect(ill.stdout + ill.stderr).not.toContain('a-password')
  })
})

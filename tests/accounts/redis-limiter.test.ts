import fc from 'fast-check'
import { Redis as Client } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Limiter } from '../../src/accounts/limits/limiter.ts'
import { redisLimiter, type RedisLimiterParts } from '../../src/accounts/limits/redis-limiter.ts'
import { openRedis, type RedisParts } from '../../src/storage/redis.ts'
import type { Limit } from '../../src/chat/limits.ts'
import { limiterContract, type TestClock } from '../contract/limiter.ts'
import { haveRedis, startRedis, type TestRedis } from './redis-server.ts'

/** In place of the server's own clock: a key that the test sets. */
const testTime = `{ 0, (redis.call('GET', 'test:now') or 0) * 1000 }`

let keys = 0
const newKey = () => `account/${++keys}`

describe.skipIf(!haveRedis)('over a real Redis', () => {
  let server: TestRedis
  let admin: Client
  let open: Limiter[] = []
  beforeEach(async () => {
    server = await startRedis()
    admin = new Client(server.url, { retryStrategy: () => 10 })
    admin.on('error', () => {})
    open = []
  })
  afterEach(async () => {
    for (const limiter of open) await limiter.close()
    admin.disconnect()
    await server.close()
  })

  /** A clock that the server follows. */
  async function testClock(): Promise<TestClock> {
    let now = 1_800_000_000_000
    const clock: TestClock = {
      now: () => now,
      async pass(milliseconds) {
        now += milliseconds
        await admin.set('test:now', now)
      },
    }
    await clock.pass(0)
    return clock
  }

  async function connected(
    clock: TestClock,
    changed: Partial<RedisLimiterParts> = {},
    after: RedisParts['after'] = () => () => {},
  ) {
    const { redis, up } = connection(server, after)
    const limiter = redisLimiter({ redis, steady: clock.now, restarted: 'lost', time: testTime, ...changed })
    open.push(limiter)
    await up(true)
    return { limiter, up }
  }
  const limiterOver = async (...given: Parameters<typeof connected>) => (await connected(...given)).limiter

  limiterContract(
    'three limiters over one Redis',
    async () => {
      const clock = await testClock()
      const limiters = await Promise.all([limiterOver(clock), limiterOver(clock), limiterOver(clock)])
      return { limiters, clock, newKey }
    },
    200,
  )

  const limits: readonly Limit[] = [
    { metric: 'RPM', most: 3 },
    { metric: 'TPD', most: 1000 },
  ]
  const reserve = async (limiter: Limiter, key: string, tokens = 10) => {
    const decision = await limiter.reserve(key, limits, tokens)
    return decision.kind === 'refused' ? `${decision.metric} ${decision.retryIn}` : 'admitted'
  }

  test('L10: a server that was started anew admits nothing until its windows have passed, for new processes too', async () => {
    const clock = await testClock()
    const key = newKey()
    const before = await limiterOver(clock)
    expect(await reserve(before, key)).toBe('admitted')
    await server.kill()
    await expect(before.reserve(key, limits, 1)).rejects.toMatchObject({ kind: 'overloaded' })
    await server.start()
    await clock.pass(0)
    await until(() => before.reserve(key, limits, 1))
    expect(await reserve(before, key)).toMatch(/^TPD 86\d{6}$/)
    const begun = await limiterOver(clock)
    expect(await reserve(begun, newKey())).toMatch(/^TPD 86\d{6}$/)
    // The server's age is real seconds, of which some may have passed by now.
    await clock.pass(40_000)
    expect(await begun.reserve(key, limits.slice(0, 1), 0)).toMatchObject({ kind: 'refused' })
    await clock.pass(23_000)
    expect(await begun.reserve(key, limits.slice(0, 1), 0)).toMatchObject({ kind: 'admitted' })
    await clock.pass(86_400_000)
    expect(await reserve(before, key)).toBe('admitted')
  })

  test('a server that keeps its counts is trusted to where it is said so', async () => {
    const clock = await testClock()
    const limiter = await limiterOver(clock, { restarted: 'kept' })
    expect(await reserve(limiter, 'a')).toBe('admitted')
    await server.kill()
    await server.start()
    await clock.pass(0)
    await until(() => limiter.reserve('a', limits, 1))
    expect(await reserve(limiter, 'a')).toBe('admitted')
  })

  test('of a limit that lets nothing in after a restart nothing remains, as the caller is told', async () => {
    const clock = await testClock()
    const limiter = await limiterOver(clock)
    expect(await reserve(limiter, newKey())).toBe('admitted')
    await server.kill()
    await server.start()
    await clock.pass(0)
    const refused = await until(() => limiter.reserve(newKey(), limits, 1))
    if (refused.kind !== 'refused') throw new Error('it was let in')
    expect(refused.standings.map(({ remaining }) => remaining)).toEqual([0, 0])
    expect(refused.standings[1]?.resetsIn).toBe(refused.retryIn)
  })

  test('L10: what a lost server had counted is not given back to the one in its place', async () => {
    const clock = await testClock()
    const limiter = await limiterOver(clock, { restarted: 'kept' })
    const [one, two] = [await limiter.reserve('a', limits, 900), await limiter.reserve('b', limits, 900)]
    await server.kill()
    await server.start()
    await clock.pass(0)
    if (one.kind === 'admitted') one.reservation.adjust(0)
    const after = await until(() => limiter.reserve('a', limits, 10))
    expect(after.standings[1]?.remaining).toBe(990)
    if (two.kind === 'admitted') two.reservation.adjust(0)
    const [, day] = (await limiter.reserve('b', limits, 10)).standings
    expect(day?.remaining).toBe(990)
  })

  test('what is given back while there is no connection is given back later, where the server has lived on', async () => {
    const clock = await testClock()
    const { limiter, up } = await connected(clock)
    const first = await limiter.reserve('a', limits, 900)
    await admin.call('CLIENT', ['KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    await up(false)
    if (first.kind === 'admitted') first.reservation.adjust(100)
    await up(true)
    const [, day] = (await limiter.reserve('a', limits, 0)).standings
    expect(day?.remaining).toBe(900)
  })

  test('waits no longer than its patience, refuses at once while there is no answer, and gives back what came late', async () => {
    const clock = await testClock()
    const timers = testTimers()
    const { limiter, up } = await connected(clock, {}, timers.after)
    expect(await reserve(limiter, 'a')).toBe('admitted')
    server.pause()
    const both = [limiter.reserve('a', limits, 10), limiter.reserve('a', limits, 10)]
    timers.fire(1000)
    timers.fire(1)
    for (const one of both) await expect(one).rejects.toMatchObject({ kind: 'overloaded' })
    await expect(limiter.reserve('a', limits, 10)).rejects.toMatchObject({ kind: 'overloaded' })
    server.resume()
    await up(true)
    const { standings } = await limiter.reserve('a', limits, 0)
    expect(standings.map(({ remaining }) => remaining)).toEqual([1, 990])
  })

  test('an answer that came while the process was busy is not late', async () => {
    const clock = await testClock()
    const timers = testTimers()
    const { limiter } = await connected(clock, {}, timers.after)
    const asked = limiter.reserve('a', limits, 10)
    timers.fire(1000)
    expect(await asked).toMatchObject({ kind: 'admitted' })
  })

  test('a server that never answers again is connected to anew', async () => {
    const clock = await testClock()
    const timers = testTimers()
    const { limiter, up } = await connected(clock, {}, timers.after)
    server.pause()
    const asked = limiter.reserve('a', limits, 10)
    timers.fire(1000)
    timers.fire(1)
    await expect(asked).rejects.toMatchObject({ kind: 'overloaded' })
    timers.fire(8000)
    server.resume()
    await up(true)
    await until(() => limiter.reserve('b', limits, 10))
  })

  test('L10: a clock of the server that is set makes no window longer or shorter', async () => {
    const clock = await testClock()
    const property = fc.asyncProperty(
      fc.array(
        fc.record({ passes: fc.nat({ max: 20_000 }), set: jump, tokens: fc.integer({ min: 1, max: 400 }) }),
        {
          minLength: 20,
          maxLength: 60,
        },
      ),
      async (steps) => {
        let [now, ahead] = [clock.now(), 0]
        const key = newKey()
        const tell = () => admin.set('test:now', now + ahead)
        await tell()
        const limiter = await limiterOver({ ...clock, now: () => now })
        const minute: readonly Limit[] = [{ metric: 'TPM', most: 1000 }]
        const letIn: { readonly at: number; readonly tokens: number }[] = []
        for (const { passes, set, tokens } of steps) {
          now += passes
          ahead += set
          await tell()
          const decision = await limiter.reserve(key, minute, tokens)
          if (decision.kind === 'admitted') letIn.push({ at: now, tokens })
          const since = (milliseconds: number) =>
            letIn.filter(({ at }) => at > now - milliseconds).reduce((sum, one) => sum + one.tokens, 0)
          // By as much as two clocks may run apart, and not by a second more.
          expect(since(59_800)).toBeLessThanOrEqual(1000)
          expect(decision.kind === 'admitted' || since(61_200) + tokens > 1000).toBe(true)
        }
      },
    )
    await fc.assert(property, { numRuns: 25 })
  })
})

/** Hours forwards or backwards, mostly nothing. */
const jump = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -7_200_000, max: 7_200_000 }) },
)

/** Timers that a test fires. */
function testTimers() {
  const set = new Set<{ readonly milliseconds: number; readonly run: () => void }>()
  return {
    after: (milliseconds: number, run: () => void) => {
      const timer = { milliseconds, run }
      set.add(timer)
      return () => void set.delete(timer)
    },
    /** Those that were set for so long. */
    fire(milliseconds: number) {
      for (const timer of set) {
        if (timer.milliseconds !== milliseconds) continue
        set.delete(timer)
        timer.run()
      }
    },
  }
}

/** A connection, and what resolves when it is up or down. */
function connection(server: TestRedis, after: RedisParts['after']) {
  let isUp = false
  let changed = () => {}
  const redis = openRedis({
    address: server.url,
    patience: 1000,
    after,
    changed(now) {
      isUp = now
      changed()
    },
  })
  const up = (wanted: boolean) =>
    new Promise<void>((resolve) => {
      changed = () => isUp === wanted && resolve()
      changed()
    })
  return { redis, up }
}

/** What `ask` gives once it does not throw. */
async function until<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

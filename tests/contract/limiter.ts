import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Limiter, Reservation } from '../../src/accounts/limits/limiter.ts'
import { amountOf, bucketLength } from '../../src/accounts/limits/windows.ts'
import { type Limit, metrics } from '../../src/chat/limits.ts'

/** A clock that stands still until it is told to go on, in milliseconds. */
export interface TestClock {
  readonly now: () => number
  readonly pass: (milliseconds: number) => Promise<void>
}

export interface LimiterCase {
  /** Each call gives a key that nothing was taken of. */
  readonly newKey: () => string
  /** The limiters of processes that count together; which one is asked makes no difference. */
  readonly limiters: readonly Limiter[]
  readonly clock: TestClock
}

/** What every limiter promises. `open` gives new limiters over a new clock. */
export function limiterContract(name: string, open: () => Promise<LimiterCase>, numRuns: number): void {
  const lengthOf = (limit: Limit) => bucketLength(limit.metric) * 60

  test(`L10: ${name} never lets in more than the limit in any window, and refuses nothing that fits into one and a bucket`, async () => {
    const cased = await open()
    const property = fc.asyncProperty(
      fc.array(limit, { maxLength: 5 }),
      fc.array(step),
      async (made, steps) => {
        const limits = uniqueMetrics(made)
        const key = cased.newKey()
        const held: { at: number; tokens: number; readonly reservation: Reservation }[] = []
        /** What a limit has let in since a moment. */
        const within = ({ metric }: Limit, since: number) =>
          held.filter(({ at }) => at > since).reduce((sum, { tokens }) => sum + amountOf(metric, tokens), 0)
        for (const { passes, who, tokens, ends, share } of steps) {
          await cased.clock.pass(passes)
          const at = cased.clock.now()
          const ended = held[ends % (held.length + 1)]
          if (ended !== undefined) {
            ended.tokens = Math.floor(ended.tokens * share)
            ended.reservation.adjust(ended.tokens)
          }
          const decision = await oneOf(cased, who).reserve(key, limits, tokens)
          if (decision.kind === 'admitted') held.push({ at, tokens, reservation: decision.reservation })
          const over = limits.filter((one) => within(one, at - lengthOf(one)) > one.most)
          const full = limits.filter((one) => {
            const since = at - lengthOf(one) - bucketLength(one.metric)
            return within(one, since) + amountOf(one.metric, tokens) > one.most
          })
          const blamed =
            decision.kind === 'refused' ? full.filter(({ metric }) => metric === decision.metric) : ['']
          expect(over).toEqual([])
          expect(blamed).not.toEqual([])
        }
      },
    )
    await fc.assert(property, { numRuns })
  })

  test(`${name} says when to come back, to the millisecond, and what is left, to the token`, async () => {
    const cased = await open()
    const property = fc.asyncProperty(limit, fc.array(step, many), async (one, steps) => {
      const key = cased.newKey()
      const ask = (tokens: number) => oneOf(cased, 0).reserve(key, [one], tokens)
      for (const { passes, tokens } of steps) {
        await cased.clock.pass(passes)
        const decision = await ask(tokens)
        const [standing] = decision.standings
        expect(standing).toMatchObject(one)
        if (decision.kind === 'admitted') continue
        expect(standing?.remaining).toBeLessThan(amountOf(one.metric, tokens))
        expect(decision.retryIn === null).toBe(amountOf(one.metric, tokens) > one.most)
        if (decision.retryIn === null) continue
        await cased.clock.pass(decision.retryIn - 1)
        expect((await ask(tokens)).kind).toBe('refused')
        await cased.clock.pass(1)
        expect((await ask(tokens)).kind).toBe('admitted')
      }
      await cased.clock.pass(86_400_000 * 2)
      const [standing] = (await ask(1)).standings
      expect(standing?.remaining).toBe(Math.max(0, one.most - 1))
    })
    await fc.assert(property, { numRuns })
  })

  test(`${name} gets back all that was not used, and lets go of what was not given back with its window`, async () => {
    const cased = await open()
    const { clock } = cased
    const limits: readonly Limit[] = [
      { metric: 'RPM', most: 100 },
      { metric: 'TPM', most: 1000 },
      { metric: 'TPD', most: 5000 },
    ]
    const key = cased.newKey()
    const reserve = (tokens: number) => oneOf(cased, 0).reserve(key, limits, tokens)
    const remaining = async () => (await reserve(0)).standings.map((standing) => standing.remaining)
    const [one, two] = [await reserve(600), await reserve(400)]
    expect(await reserve(1)).toMatchObject({ kind: 'refused', metric: 'TPM' })
    if (one.kind === 'admitted') one.reservation.adjust(100)
    expect(await remaining()).toEqual([97, 500, 4500])
    if (two.kind === 'admitted') two.reservation.adjust(0)
    expect(await remaining()).toEqual([96, 900, 4900])
    await clock.pass(61_000)
    // It was taken in a window that has passed, but for the day's.
    if (one.kind === 'admitted') one.reservation.adjust(0)
    expect(await remaining()).toEqual([99, 1000, 5000])
    // More than was reserved counts from now on, beyond the limit too.
    if (two.kind === 'admitted') two.reservation.adjust(1500)
    expect(await reserve(1)).toMatchObject({ kind: 'refused', metric: 'TPM', retryIn: expect.any(Number) })
    await clock.pass(61_000)
    expect(await remaining()).toEqual([99, 1000, 3500])
  })

  test(`${name} lets in as much as there is, and no more, when all ask at once`, async () => {
    const cased = await open()
    const limits: readonly Limit[] = [
      { metric: 'RPM', most: 500 },
      { metric: 'TPM', most: 1000 },
    ]
    const key = cased.newKey()
    const asking = Array.from({ length: 200 }, (_, at) => oneOf(cased, at).reserve(key, limits, 7))
    const admitted = (await Promise.all(asking)).flatMap((one) => (one.kind === 'admitted' ? [one] : []))
    expect(admitted).toHaveLength(142)
    for (const { reservation } of admitted) reservation.adjust(0)
    // What a limiter gave back arrives before what it asks next.
    const asked = []
    for (const limiter of [...cased.limiters, ...cased.limiters]) {
      asked.push(await limiter.reserve(key, limits.slice(1), 0))
    }
    expect(asked.at(-1)?.standings[0]?.remaining).toBe(1000)
  })

  test(`${name} keeps accounts and models apart`, async () => {
    const cased = await open()
    const limits: readonly Limit[] = [{ metric: 'RPD', most: 1 }]
    for (const key of [cased.newKey(), cased.newKey()]) {
      expect(await oneOf(cased, 0).reserve(key, limits, 1)).toMatchObject({ kind: 'admitted' })
      expect(await oneOf(cased, 1).reserve(key, limits, 1)).toMatchObject({ kind: 'refused' })
    }
  })
}

function oneOf({ limiters }: LimiterCase, number: number): Limiter {
  const limiter = limiters[number % limiters.length]
  if (limiter === undefined) throw new Error('there is no limiter')
  return limiter
}

const limit = fc.record({ metric: fc.constantFrom(...metrics), most: fc.nat({ max: 60 }) })

const step = fc.record({
  /** Often within a bucket, sometimes hours. */
  passes: fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 90_000 }), fc.nat({ max: 100_000_000 })),
  who: fc.nat({ max: 9 }),
  tokens: fc.integer({ min: 1, max: 40 }),
  ends: fc.nat({ max: 9 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
})

const many = { minLength: 1, maxLength: 60, size: 'max' } as const

function uniqueMetrics(limits: readonly Limit[]): readonly Limit[] {
  return limits.filter(({ metric }, at) => limits.findIndex((other) => other.metric === metric) === at)
}

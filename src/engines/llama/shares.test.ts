import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Claim, lastOfMost, Shares } from './shares.ts'

interface Job extends Claim {
  readonly name: string
  /** Tokens that it takes, one in every turn. */
  left: number
  /** Answers that ended while it waited. */
  passed: number
}

/** Some places that are shared out, each of which gives its job a token in a turn. */
function share(places: number) {
  const shares = new Shares()
  const waiting: Job[] = []
  const placed: Job[] = []
  const done: Job[] = []
  const tokens = new Map<string, number>()
  const ask = (caller: string, left: number, name = ''): Job => {
    const job = { caller, places: 1, name, left, passed: 0 }
    shares.arrive(caller, [...placed, ...waiting])
    waiting.push(job)
    return job
  }
  const turn = (): void => {
    while (placed.length < places) {
      const next = shares.next(waiting, placed)
      if (next === null) break
      placed.push(...waiting.splice(waiting.indexOf(next), 1))
    }
    for (const job of placed.slice()) {
      shares.note(job.caller, 1)
      tokens.set(job.caller, (tokens.get(job.caller) ?? 0) + 1)
      if (--job.left > 0) continue
      done.push(...placed.splice(placed.indexOf(job), 1))
      for (const one of waiting) one.passed += 1
    }
  }
  return { ask, turn, waiting, done, given: (caller: string) => tokens.get(caller) ?? 0 }
}

test('one request beside two hundred of another caller waits for one answer', () => {
  const { ask, turn, done } = share(4)
  for (let count = 0; count < 200; count++) ask('many', 10 + (count % 7))
  for (let turns = 0; turns < 100; turns++) turn()
  const one = ask('one', 10)
  while (!done.includes(one)) turn()
  expect(one.passed).toBeLessThanOrEqual(4)
})

test('who asks one after the other has as much as who asks for all at once', () => {
  const { ask, turn, done } = share(1)
  for (let count = 0; count < 100; count++) ask('many', 10)
  let next = ask('one', 10)
  for (let turns = 0; turns < 400; turns++) {
    turn()
    if (done.includes(next)) next = ask('one', 10)
  }
  const count = (caller: string) => done.filter((job) => job.caller === caller).length
  expect(Math.abs(count('many') - count('one'))).toBeLessThanOrEqual(1)
})

test('of one caller the first is next', () => {
  const { ask, turn, done } = share(1)
  for (const name of ['a', 'b', 'c']) ask('one', 2, name)
  for (let turns = 0; turns < 6; turns++) turn()
  expect(done.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
})

test('nobody waits for ever, and callers who always wait are given as much as each other', () => {
  const caller = fc.constantFrom('a', 'b', 'c', 'd')
  const tokens = fc.integer({ min: 1, max: 20 })
  const arrivals = fc.array(fc.record({ caller, tokens, turns: fc.nat(5) }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(arrivals, fc.integer({ min: 1, max: 5 }), (asked, places) => {
      const { ask, turn, done, waiting, given } = share(places)
      let length = 0
      const step = () => {
        for (const name of ['x', 'y'])
          for (let more = 0; more < 3; more++)
            if (waiting.filter((job) => job.caller === name).length < 8) ask(name, 1 + (length++ % 20))
        turn()
      }
      const jobs = asked.map((one) => {
        const job = ask(one.caller, one.tokens)
        for (let passed = 0; passed < one.turns; passed++) step()
        return job
      })
      for (let turns = 0; turns < 1000 && !jobs.every((job) => done.includes(job)); turns++) step()
      for (const job of jobs) expect(done).toContain(job)
      expect(Math.abs(given('x') - given('y'))).toBeLessThanOrEqual(20 * places)
    }),
    { numRuns: 50 },
  )
})

test('the last of whoever has most, if anybody has more', () => {
  const claims = ['a', 'b', 'b', 'a', 'b', 'c'].map((caller, name) => ({ caller, name, places: 1 }))
  expect(lastOfMost(claims, 1)).toMatchObject({ name: 4 })
  expect(lastOfMost(claims, 3)).toBeNull()
  expect(lastOfMost([], 0)).toBeNull()
})

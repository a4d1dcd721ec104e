import { describe, expect, test } from 'vitest'
import { aReplica } from '../../../tests/upstream/a-replica.ts'
import type { Engine } from '../../chat/engine.ts'
import { Failure } from '../../chat/failure.ts'
import { noUsage } from '../../chat/usage.ts'
import { keepProbing } from './probing.ts'
import { openReplica } from './replica.ts'

const engine: Engine = {
  answer: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('not asked')) }) }),
  count: () => Promise.reject(new Error('not asked')),
  embed: () => Promise.reject(new Error('not asked')),
  state: () => ({ status: 'ready', reason: '', running: 0, waiting: 0 }),
  close: () => Promise.resolve(),
}
const gone = new Failure('engine-lost', 'gone', { cause: 'ECONNREFUSED' })

/** A replica whose probes find what `findings` say, in a time that jumps from one timer to the next. */
async function probing(findings: readonly (Failure | null | 'silent')[]) {
  let now = 0
  const probedAt: number[] = []
  const told: (Failure | null)[] = []
  const closed: number[] = []
  const over = new AbortController()
  const timers = new Set<{ readonly at: number; readonly run: () => void }>()
  const time = {
    now: () => now,
    random: () => 0.5,
    after(ms: number, run: () => void) {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const replica = openReplica(
    aReplica('r', engine, {
      probeEvery: 10_000,
      probe(signal) {
        const finding = findings[probedAt.length]
        probedAt.push(now)
        closed.push(replica.closedFor())
        if (finding === undefined) over.abort()
        if (finding === 'silent')
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        return finding instanceof Failure ? Promise.reject(finding) : Promise.resolve()
      },
    }),
    time,
  )
  const done = keepProbing(replica, time, (failure) => told.push(failure), over.signal)
  while (!over.signal.aborted) {
    await new Promise(setImmediate)
    const [first] = [...timers].toSorted((a, b) => a.at - b.at)
    if (first === undefined) continue
    timers.delete(first)
    now = first.at
    first.run()
  }
  await done
  return { replica, probedAt, told, closed }
}

describe('a replica that is probed', () => {
  test('is asked every so often', async () => {
    const { probedAt, replica, told } = await probing([null, null])
    expect(probedAt).toEqual([10_000, 20_000, 30_000])
    expect(replica.report()).toMatchObject({ health: 'up', circuit: 'closed', probeMs: 0 })
    expect(told).toEqual([])
  })

  test('is looked at again soon when it fails one, closed after two, and told of once', async () => {
    const { probedAt, closed, told, replica } = await probing([null, gone, gone, gone, gone, gone, gone])
    expect(probedAt).toEqual([10_000, 20_000, 21_000, 23_000, 27_000, 35_000, 45_000, 55_000])
    expect(closed).toEqual([0, 0, 0, 250, 250, 250, 250, 250])
    expect(told).toEqual([gone])
    expect(replica.report()).toMatchObject({ health: 'down', circuit: 'open' })
  })

  test('is dead when it is silent', async () => {
    const { replica, probedAt } = await probing(['silent', 'silent'])
    expect(probedAt).toEqual([10_000, 16_000, 23_000])
    expect(replica.report()).toMatchObject({ health: 'down', probeMs: 5000 })
  })

  test('comes back by one answer on trial', async () => {
    const { replica, told } = await probing([gone, gone, null])
    expect(told).toEqual([gone, null])
    expect(replica.report()).toMatchObject({ health: 'up', circuit: 'half-open' })
    const trial = replica.take(1, [])
    expect(replica.closedFor()).toBeGreaterThan(0)
    trial.end('whole', noUsage)
    expect(replica.closedFor()).toBe(0)
    expect(replica.report()).toMatchObject({ circuit: 'closed', answers: 1 })
  })

  test('and is left alone again where it fails that', async () => {
    const { replica } = await probing([gone, gone, null])
    replica.take(1, []).end(gone, noUsage)
    expect(replica.closedFor()).toBe(2000)
    expect(replica.report()).toMatchObject({
      circuit: 'open',
      failures: 1,
      lastFailure: { kind: 'engine-lost', cause: 'ECONNREFUSED', ago: 0 },
    })
  })

  test('that missed a single one is closed to nobody', async () => {
    const { closed, replica } = await probing([gone, null, gone, null])
    expect(closed).toEqual([0, 0, 0, 0, 0])
    expect(replica.report()).toMatchObject({ health: 'up', circuit: 'closed' })
  })
})

test('what a replica tells of itself holds what its answers took and gave', () => {
  let now = 0
  const replica = openReplica(aReplica('r', engine), {
    now: () => now,
    random: () => 0,
    after: () => () => {},
  })
  for (const ms of [100, 200]) {
    const turn = replica.take(2, [])
    now += ms
    turn.began()
    turn.end('whole', { ...noUsage, promptTokens: 50, cachedTokens: 40 })
  }
  expect(replica.report()).toMatchObject({
    answers: 2,
    firstEventMs: 120,
    promptTokens: 100,
    cachedTokens: 80,
    lastFailure: null,
    health: 'unknown',
  })
})

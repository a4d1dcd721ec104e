import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aPrompt } from '../../tests/contract/prompts.ts'
import type { Engine } from '../chat/engine.ts'
import type { Batch, ChatEvent } from '../chat/event.ts'
import { recordedEngine } from './recorded.ts'
import { openResidence } from './residence.ts'
import { collect } from '../../tests/contract/batches.ts'

const events: readonly ChatEvent[] = [
  { type: 'prompt', choice: 0, tokens: 3, cached: 0 },
  { type: 'text', choice: 0, text: 'Hi', tokens: 1 },
  { type: 'finish', choice: 0, reason: 'stop' },
]
const never = new AbortController().signal

/** A residence of 10 bytes, with a clock and timers that are moved by hand, and what was opened and closed in it. */
function house(idle = 0) {
  const log: string[] = []
  const timers: { at: number; run: () => void }[] = []
  let time = 0
  let open = 0
  const residence = openResidence({
    bytes: 10,
    idle,
    now: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
    },
  })
  return {
    log,
    openBytes: () => open,
    host: (name: string, bytes: number): Engine =>
      residence.host(name, bytes, () => {
        log.push(`open ${name}`)
        open += bytes
        const engine = recordedEngine(() => events)
        return {
          ...engine,
          async close() {
            await engine.close()
            open -= bytes
            log.push(`close ${name}`)
          },
        }
      }),
    pass: async (ms: number) => {
      time += ms
      for (const timer of timers.filter(({ at }) => at <= time)) {
        timers.splice(timers.indexOf(timer), 1)
        timer.run()
      }
      await new Promise(setImmediate)
    },
  }
}

async function ask(engine: Engine): Promise<readonly ChatEvent[]> {
  return collect(engine.answer(aPrompt, never))
}

/** An answer that has begun and waits for its reader. */
async function begin(engine: Engine): Promise<AsyncIterator<Batch>> {
  const answer = engine.answer(aPrompt, never)[Symbol.asyncIterator]()
  await answer.next()
  return answer
}

describe('a residence', () => {
  test('opens an engine when it is first read, and keeps it', async () => {
    const { host, log } = house()
    const a = host('a', 4)
    const answer = a.answer(aPrompt, never)
    expect([log, a.state().status]).toEqual([[], 'resting'])
    expect(await collect(answer)).toEqual(events)
    await Promise.all([ask(a), ask(a)])
    expect([log, a.state().status]).toEqual([['open a'], 'ready'])
  })

  test('closes the one that was not asked for longest, and no more than it must', async () => {
    const { host, log, pass } = house()
    const [a, b, c] = [host('a', 4), host('b', 4), host('c', 4)]
    for (const engine of [a, b, a]) {
      await pass(1)
      await ask(engine)
    }
    await ask(c)
    expect(log).toEqual(['open a', 'open b', 'close b', 'open c'])
    expect(await ask(b)).toEqual(events)
    expect(log.slice(4)).toEqual(['close a', 'open b'])
  })

  test('closes none that answers, and says what it lacks', async () => {
    const { host, log } = house()
    const [a, b] = [host('a', 6), host('b', 6)]
    const begun = await begin(a)
    await expect(ask(b)).rejects.toMatchObject({
      kind: 'overloaded',
      message: expect.stringContaining('are taken by models that are answering'),
    })
    await begun.return?.()
    expect(await ask(b)).toEqual(events)
    expect(log).toEqual(['open a', 'close a', 'open b'])
  })

  test('refuses what alone is too large', async () => {
    await expect(ask(house().host('a', 11))).rejects.toMatchObject({ kind: 'internal' })
  })

  test('closes an engine that nobody asked for a while, and not before', async () => {
    const { host, log, pass } = house(100)
    const a = host('a', 4)
    const begun = await begin(a)
    await pass(500)
    await begun.return?.()
    await pass(99)
    await ask(a)
    await pass(99)
    expect(log).toEqual(['open a'])
    await pass(1)
    expect(log).toEqual(['open a', 'close a'])
    expect(await ask(a)).toEqual(events)
  })

  test('whatever is asked together, never has more open than may be, and answers or refuses each', async () => {
    const names = ['a', 'b', 'c', 'd'] as const
    const property = fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...names), fc.boolean()), { maxLength: 30 }),
      fc.tuple(...names.map(() => fc.integer({ min: 1, max: 10 }))),
      async (asked, sizes) => {
        const { host, openBytes, pass } = house(5)
        const engines = new Map(names.map((name, at) => [name, host(name, sizes[at] ?? 1)]))
        let most = 0
        const outcomes: Promise<string>[] = []
        for (const [name, waits] of asked) {
          const engine = engines.get(name)
          if (engine)
            outcomes.push(
              ask(engine).then(
                () => 'whole',
                (error: { kind: string }) => error.kind,
              ),
            )
          most = Math.max(most, openBytes())
          if (waits) await pass(1)
        }
        for (const outcome of await Promise.all(outcomes)) expect(['whole', 'overloaded']).toContain(outcome)
        await Promise.all([...engines.values()].map((engine) => engine.close()))
        expect(most).toBeLessThanOrEqual(10)
        expect(openBytes()).toBe(0)
      },
    )
    await fc.assert(property, { numRuns: 200 })
  })
})

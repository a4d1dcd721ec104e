// What the pool around an engine costs: one answer of 4,000 tokens, an event each, is read through `decode` from an
// engine that does nothing, and from the same engine in a pool of one and of three replicas. Turn by turn, after a
// warm-up; medians of the processor's time per event, and what the pool adds to it. No I/O, no HTTP.
import type { Engine } from '../src/chat/engine.ts'
import type { ChatEvent } from '../src/chat/event.ts'
import { decode } from '../src/decode/decode.ts'
import { poolEngine } from '../src/engines/pool/pool-engine.ts'
import { recordedEngine } from '../src/engines/recorded.ts'
import { readCase } from '../tests/golden/replay.ts'
import { aReplica } from '../tests/upstream/a-replica.ts'

const tokens = 4000
const events: readonly ChatEvent[] = [
  { type: 'prompt', choice: 0, tokens: 9, cached: 0 },
  ...Array.from({ length: tokens }, (_, at): ChatEvent => {
    return { type: at < tokens / 2 ? 'reasoning' : 'text', choice: 0, text: ` word${at}`, tokens: 1 }
  }),
  { type: 'finish', choice: 0, reason: 'stop' },
]
const request = readCase({ model: 'golden/native', messages: [{ role: 'user', content: 'Hello' }] })
const never = new AbortController().signal
const bare = recordedEngine(() => events)

function pooled(replicas: number): Engine {
  return poolEngine({
    name: 'bench',
    replicas: Array.from({ length: replicas }, (_, at) => aReplica(`${at}`, bare)),
    patience: { firstEvent: 300_000, nextEvent: 60_000 },
    wholeUpTo: 0,
    waits: true,
    time: {
      now: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms).unref()
        return () => clearTimeout(timer)
      },
      random: Math.random,
    },
    log: () => {},
  })
}

/** Microseconds of the processor per event. */
async function read(engine: Engine): Promise<number> {
  const before = process.cpuUsage()
  const asked = { ...request, caller: '', reading: 'as it comes' } as const
  for await (const _ of decode(engine.answer(asked, never), request, () => 'id'));
  const { user, system } = process.cpuUsage(before)
  return (user + system) / events.length
}

const engines: readonly (readonly [name: string, engine: Engine, times: number[]])[] = [
  ['no pool', bare, []],
  ['a pool of one', pooled(1), []],
  ['a pool of three', pooled(3), []],
]
for (let round = 0; round < 120; round++)
  for (const [, engine, times] of engines) {
    const time = await read(engine)
    if (round >= 20) times.push(time)
  }
const medians = engines.map(([name, , times]) => {
  return [name, times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0] as const
})
const [[, alone] = ['', 0]] = medians
for (const [name, time] of medians)
  console.log(
    `${time.toFixed(2).padStart(7)} µs  ${(time / alone).toFixed(2).padStart(6)}  ${name}, +${(time - alone).toFixed(2)}`,
  )

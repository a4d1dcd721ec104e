import { afterEach, describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/chat/event.ts'
import { toFailure } from '../../src/chat/failure.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { addUsage, noUsage } from '../../src/chat/usage.ts'
import { decode } from '../../src/decode/decode.ts'
import { type HealthLogLine, type PoolLogLine, poolEngine } from '../../src/engines/pool/pool-engine.ts'
import { never, textOf } from '../contract/engine.ts'
import { asks } from '../contract/prompts.ts'
import { aQuestion, words } from './a-question.ts'
import { aReplica } from './a-replica.ts'
import { anUpstream } from './an-upstream.ts'
import { type Fault, type FaultServer, type FaultServerOptions, openFaultServer } from './fault-server.ts'
import { singly } from '../contract/batches.ts'

const whole = { thought: words('t', 12), text: words('a', 30), end: 'stop' }

/** Milliseconds of ours that stand for any patience with a silent server. */
const patience = 1000

const opened: { close(): Promise<unknown> }[] = []
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())))

/** A pool over fault servers. Pauses between attempts are over at once, and noted; chance is always one half. */
async function openPool(...servers: readonly Partial<FaultServerOptions>[]) {
  const log: (PoolLogLine | HealthLogLine)[] = []
  const waited: number[] = []
  let now = 0
  const faulty = await Promise.all(servers.map(openFaultServer))
  const engine = poolEngine({
    name: 'test/model',
    replicas: faulty.map(({ url }, index) => aReplica(`server ${index + 1}`, anUpstream(url))),
    patience: { firstEvent: 60_000, nextEvent: 60_000 },
    wholeUpTo: 1024,
    waits: true,
    time: {
      now: () => now,
      random: () => 0.5,
      after(ms, run) {
        if (ms === 60_000) {
          const timer = setTimeout(run, patience)
          return () => clearTimeout(timer)
        }
        const timer = setImmediate(() => {
          waited.push(ms)
          now += ms
          run()
        })
        return () => clearImmediate(timer)
      },
    },
    log: (line) => log.push(line),
  })
  opened.push(engine, ...faulty)
  return { engine, servers: faulty, log, waited, pass: (ms: number) => void (now += ms) }
}

type OpenPool = Awaited<ReturnType<typeof openPool>>

/** What a caller gets. */
async function ask({ engine }: OpenPool, changed: Partial<ChatRequest> = {}) {
  const asked = { ...aQuestion, ...changed }
  const events: ChatEvent[] = []
  let end = ''
  try {
    const said = engine.answer({ ...asked, caller: '', reading: 'as it comes' }, never)
    for await (const event of singly(decode(said, asked, () => 'id'))) {
      events.push(event)
      if (event.type === 'finish') end = event.reason
    }
  } catch (error) {
    end = toFailure(error).kind
  }
  const thought = events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('')
  return { said: { thought, text: textOf(events), end }, usage: events.reduce(addUsage, noUsage) }
}

/** Whichever server is asked meets the faults, one after the other; `last` from then on. */
function meet(servers: readonly FaultServer[], faults: readonly Fault[], last: Fault = { kind: 'none' }) {
  const left = [...faults]
  for (const server of servers) server.always(() => left.shift() ?? last)
}

const asked = ({ servers }: OpenPool) => servers.reduce((sum, { requests }) => sum + requests.length, 0)
/** What the operator reads of each failed attempt. */
const logged = ({ log }: OpenPool) =>
  log.map((line) => ('failure' in line ? `${line.failure}: ${line.answer}` : line.health))

const status = (code: number, retryAfter = ''): Fault => {
  return { kind: 'status', status: code, headers: retryAfter === '' ? {} : { 'retry-after': retryAfter } }
}

describe('what nobody sees: one attempt, one whole answer, nothing in the log', () => {
  test.each<Fault>([
    { kind: 'none' },
    { kind: 'slow', ms: 50 },
    { kind: 'no-done' },
    { kind: 'no-usage', size: 1 },
    { kind: 'gzip' },
    { kind: 'crlf' },
    { kind: 'byte-by-byte' },
  ])('%j', async (fault) => {
    const pool = await openPool({}, {})
    meet(pool.servers, [fault])
    const { said, usage } = await ask(pool)
    expect(said).toEqual(whole)
    expect(usage).toMatchObject({ promptTokens: 7, reasoningTokens: 12 })
    expect([asked(pool), pool.waited, logged(pool)]).toEqual([1, [], []])
  })
})

describe('what another server cures at once, before anything was said', () => {
  test.each<[Fault, string]>([
    [status(429), 'overloaded'],
    [status(429, '3'), 'overloaded'],
    [status(500), 'engine-lost'],
    [status(503), 'overloaded'],
    [{ kind: 'reset' }, 'engine-lost'],
    [{ kind: 'silent' }, 'engine-lost'],
    [{ kind: 'slow', ms: patience * 2 }, 'engine-lost'],
    [{ kind: 'wrong-type' }, 'engine-lost'],
  ])('%j', async (fault, kind) => {
    const pool = await openPool({}, {})
    meet(pool.servers, [fault])
    const { said, usage } = await ask(pool)
    expect(said).toEqual(whole)
    expect(usage).toMatchObject({ promptTokens: 7, completionTokens: 44, reasoningTokens: 12 })
    expect(pool.servers.map(({ requests }) => requests.length)).toEqual([1, 1])
    expect([pool.waited, logged(pool)]).toEqual([[], [`${kind}: asked for again`]])
  })
})

describe('what another server cures by going on', () => {
  test.each<Fault>([
    { kind: 'cut', at: 6 },
    { kind: 'cut', at: 20 },
    { kind: 'stall', at: 6 },
    { kind: 'stall', at: 20 },
    { kind: 'malformed', at: 20 },
    { kind: 'error-frame', at: 20 },
  ])('%j', async (fault) => {
    const pool = await openPool({}, {})
    // From here on it is known that they give thought apart.
    await Promise.all([ask(pool), ask(pool)])
    const before = pool.servers.map(({ requests }) => requests.length)
    meet(pool.servers, [fault])
    const { said, usage } = await ask(pool)
    expect(said).toEqual(whole)
    expect(usage).toMatchObject({ promptTokens: 7, reasoningTokens: 12 })
    const now = pool.servers.map(({ requests }, index) => requests.length - (before[index] ?? 0))
    expect([now, pool.waited, logged(pool)]).toEqual([[1, 1], [], ['engine-lost: goes on']])
    const last = pool.servers.flatMap(({ requests }) => requests.slice(-1).map(({ body }) => body))
    expect(last.filter((body) => body.continue_final_message === true)).toHaveLength(1)
  })
})

describe('how long a pool waits where no other server is left', () => {
  test('for what its servers ask, and no longer', async () => {
    const pool = await openPool({}, {})
    meet(pool.servers, [status(429, '3'), status(429, '5')])
    expect((await ask(pool)).said).toEqual(whole)
    expect([asked(pool), pool.waited]).toEqual([3, [3000]])
    expect(logged(pool)).toEqual(['overloaded: asked for again', 'overloaded: asked for again'])
  })

  test('not at all, where that is more than a caller has time for, who is told so', async () => {
    const pool = await openPool({}, {})
    meet(pool.servers, [], status(429, '120'))
    const failure = await decode(
      pool.engine.answer({ ...aQuestion, caller: '', reading: 'as it comes' }, never),
      aQuestion,
      () => 'id',
    )
      .next()
      .catch(toFailure)
    expect(failure).toMatchObject({ kind: 'overloaded', retryAfter: 120_000 })
    expect([asked(pool), pool.waited]).toEqual([2, []])
  })

  test('longer and longer, eight attempts in all and half a minute at most', async () => {
    for (const fault of [status(503), status(429), { kind: 'reset' } as const]) {
      const pool = await openPool({}, {})
      meet(pool.servers, [], fault)
      const { said, usage } = await ask(pool)
      expect(said).toEqual({
        thought: '',
        text: '',
        end: fault.kind === 'reset' ? 'engine-lost' : 'overloaded',
      })
      expect(usage).toEqual(noUsage)
      expect(asked(pool)).toBe(8)
      // The last is that of a circuit, which has opened with the third failure of each.
      expect(pool.waited).toEqual([750, 3000, 1000])
      expect(logged(pool).at(-1)).toMatch(/: ends$/)
    }
  })
})

describe('what cannot succeed is asked for once', () => {
  test('a prompt that is too long', async () => {
    const pool = await openPool({}, {})
    const { said, usage } = await ask(pool, { messages: asks('Why? '.repeat(800)).messages })
    expect([said.end, usage, asked(pool), pool.waited]).toEqual(['context-overflow', noUsage, 1, []])
    expect(logged(pool)).toEqual(['context-overflow: ends'])
  })

  test.each<[Fault, string]>([
    [{ kind: 'status', status: 400, body: '{"error":{"code":"content_filter"}}' }, ''],
    [{ kind: 'filtered', at: 20 }, words('a', 6)],
  ])('content that is refused: %j', async (fault, text) => {
    const pool = await openPool({}, {})
    await Promise.all([ask(pool), ask(pool)])
    meet(pool.servers, [fault])
    const before = asked(pool)
    const { said, usage } = await ask(pool)
    expect(said).toMatchObject({ text, end: 'content-refused' })
    expect(usage.completionTokens).toBe(text === '' ? 0 : 20)
    expect([asked(pool) - before, pool.waited, pool.log.length]).toEqual([1, [], 1])
  })

  test('a wrong request', async () => {
    const pool = await openPool({}, {})
    meet(pool.servers, [{ kind: 'status', status: 400, body: '{"message":"top_p is wrong"}' }])
    expect((await ask(pool)).said.end).toBe('invalid-request')
    expect([asked(pool), logged(pool)]).toEqual([1, ['invalid-request: ends']])
  })
})

describe('a fallback that cannot go on', () => {
  test('is asked once, and the answer goes on as soon as the other is back', async () => {
    const pool = await openPool({ refusesBegun: true }, {})
    meet(pool.servers, [{ kind: 'cut', at: 20 }])
    const { said, usage } = await ask(pool)
    expect(said).toEqual(whole)
    expect(usage).toMatchObject({ promptTokens: 7, reasoningTokens: 12 })
    expect(pool.servers.map(({ requests }) => requests.length)).toEqual([1, 2])
    expect(pool.waited).toEqual([375])
    expect(logged(pool)).toEqual(['engine-lost: goes on', 'invalid-request: asked for again'])
  })

  test('leaves an error and no finish where the other is gone for good', async () => {
    const pool = await openPool({ refusesBegun: true }, {})
    meet(pool.servers, [{ kind: 'cut', at: 20 }], { kind: 'reset' })
    pool.servers[0]?.always(() => ({ kind: 'none' }))
    const { said, usage } = await ask(pool)
    expect(said).toEqual({ thought: whole.thought, text: words('a', 6), end: 'engine-lost' })
    expect(usage).toMatchObject({ reasoningTokens: 12, completionTokens: 20 })
    expect(pool.servers.map(({ requests }) => requests.length)).toEqual([1, 8])
    expect(logged(pool).at(-1)).toBe('engine-lost: ends')
  })
})

test('a server that flaps is asked less and less, and no caller sees it', async () => {
  const pool = await openPool({}, {})
  const [steady, flapping] = pool.servers
  // Fails five times, answers once, and so on.
  let turn = 0
  flapping?.always(() => (turn++ % 6 === 5 ? { kind: 'none' } : { kind: 'reset' }))
  for (let round = 0; round < 60; round++) {
    const { said, usage } = await ask(pool, { messages: asks(`Question ${round}`).messages })
    expect(said).toEqual(whole)
    expect(usage).toMatchObject({ reasoningTokens: 12 })
    pool.pass(500)
  }
  // In half a minute: three in a row, then after one, two, four, eight and ten seconds one.
  expect(flapping?.requests.length).toBeGreaterThan(5)
  expect(flapping?.requests.length).toBeLessThan(20)
  expect(steady?.requests.length).toBeGreaterThan(40)
})

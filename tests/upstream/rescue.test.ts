import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/chat/engine.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { addUsage, noUsage } from '../../src/chat/usage.ts'
import { decode } from '../../src/decode/decode.ts'
import type { HealthLogLine, PoolLogLine } from '../../src/engines/pool/pool-engine.ts'
import { never, textOf } from '../contract/engine.ts'
import { thinkingUpTo } from '../contract/prompts.ts'
import { aQuestion, words } from './a-question.ts'
import { aPool } from './an-upstream.ts'
import { type Fault, type FaultServer, openFaultServer } from './fault-server.ts'
import { collect } from '../contract/batches.ts'

/** The answer as it leaves `decode`. */
async function read(engine: Engine, changed: Partial<ChatRequest> = {}) {
  const asked = { ...aQuestion, ...changed }
  const events = await collect(
    decode(engine.answer({ ...asked, caller: '', reading: 'as it comes' }, never), asked, () => 'id'),
  )
  const thought = events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('')
  return { thought, text: textOf(events), usage: events.reduce(addUsage, noUsage), last: events.at(-1) }
}

describe.each([true, false])('faults that another server cures (thought apart: %s)', (splits) => {
  const log: (PoolLogLine | HealthLogLine)[] = []
  let servers: FaultServer[]
  let engine: Engine
  beforeAll(async () => {
    servers = [await openFaultServer({ splits }), await openFaultServer({ splits })]
    engine = aPool(servers, { patience: 1000 }, (line) => log.push(line))
    // From here on it is known whether they give thought apart.
    await Promise.all([read(engine), read(engine), read(engine), read(engine)])
  })
  afterAll(() => Promise.all([engine.close(), ...servers.map((server) => server.close())]))

  const requests = () => servers.reduce((sum, server) => sum + server.requests.length, 0)

  /** Whichever is asked meets the faults, one after the other. */
  async function meeting(...faults: Fault[]) {
    const before = requests()
    log.length = 0
    const left = [...faults]
    for (const server of servers) server.always(() => left.shift() ?? { kind: 'none' })
    const answer = await read(engine)
    return { answer, asked: requests() - before, log: [...log] }
  }

  test('a bare text that is cut goes on elsewhere with all that was said', async () => {
    const left: Fault[] = [{ kind: 'cut', at: 6 }]
    for (const server of servers) server.always(() => left.shift() ?? { kind: 'none' })
    const begun = { reasoning: '', text: 'Once', calls: [] }
    const answer = await read(engine, { messages: [], begun, thinking: { mode: 'off' } })
    expect(answer).toMatchObject({ thought: '', text: words('a', 30), usage: { completionTokens: 30 } })
    const sent = servers.flatMap(({ requests }) => requests.map(({ body }) => body.prompt))
    expect(sent).toContain(`Once${words('a', 6)}`)
  })

  test.each<Fault>([
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
    { kind: 'reset' },
    { kind: 'silent' },
    { kind: 'wrong-type' },
    { kind: 'cut', at: 0 },
    { kind: 'cut', at: 1 },
    { kind: 'cut', at: 6 },
    { kind: 'cut', at: 13 },
    { kind: 'cut', at: 14 },
    { kind: 'cut', at: 15 },
    { kind: 'cut', at: 43 },
    { kind: 'stall', at: 6 },
    { kind: 'stall', at: 20 },
    { kind: 'malformed', at: 20 },
    { kind: 'error-frame', at: 20 },
  ])('%j', async (fault) => {
    const { answer, asked, log } = await meeting(fault)
    expect(answer).toMatchObject({
      thought: words('t', 12),
      text: words('a', 30),
      last: { type: 'finish', reason: 'stop' },
    })
    expect(answer.usage.reasoningTokens).toBe(12)
    // The close mark that was lost before the text behind it was said is written once more.
    expect([44, 45]).toContain(answer.usage.completionTokens)
    expect(asked).toBe(2)
    expect(log).toHaveLength(1)
  })

  test('wherever it is cut, and however often, one answer comes out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 43 }), { maxLength: 4 }), async (cuts) => {
        const { answer } = await meeting(...cuts.map((at) => ({ kind: 'cut', at }) as const))
        expect(answer).toMatchObject({ thought: words('t', 12), text: words('a', 30) })
        expect(answer.usage.reasoningTokens).toBe(12)
      }),
      { numRuns: 40 },
    )
  })

  test('a budget holds across servers', async () => {
    const left: Fault[] = [{ kind: 'cut', at: 3 }]
    for (const server of servers) server.always(() => left.shift() ?? { kind: 'none' })
    const { thought, text, usage } = await read(engine, { thinking: thinkingUpTo(5) })
    expect({ thought, text }).toEqual({ thought: words('t', 5), text: words('a', 30) })
    expect(usage.reasoningTokens).toBe(5)
  })
})

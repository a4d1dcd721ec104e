import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/chat/engine.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Prompt } from '../../src/chat/request.ts'
import { addUsage, noUsage } from '../../src/chat/usage.ts'
import { never, textOf, tokensOf } from '../contract/engine.ts'
import { collect } from '../contract/batches.ts'
import { aPrompt, thinkingUpTo } from '../contract/prompts.ts'
import { anUpstream } from './an-upstream.ts'
import { type Fault, type FaultServer, openFaultServer } from './fault-server.ts'

let server: FaultServer
let engine: Engine
beforeEach(async () => {
  server = await openFaultServer()
  engine = anUpstream(server.url)
})
afterEach(() => Promise.all([engine.close(), server.close()]))

const prompt: Prompt = { ...aPrompt, answerLimit: 100, thinking: thinkingUpTo(50) }
const thought = Array.from({ length: 12 }, (_, index) => ` t${index + 1}`).join('')
const text = Array.from({ length: 30 }, (_, index) => ` a${index + 1}`).join('')

function thoughtOf(events: readonly ChatEvent[]): string {
  return events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('')
}

/** The answer to `prompt`, when its request meets `fault`. */
async function answer(fault: Fault, changed: Partial<Prompt> = {}) {
  server.meet(fault)
  const events = await collect(engine.answer({ ...prompt, ...changed }, never))
  return { events, thought: thoughtOf(events), text: textOf(events), usage: events.reduce(addUsage, noUsage) }
}

describe('what a client of a server cannot see', () => {
  test.each<Fault>([
    { kind: 'none' },
    { kind: 'no-done' },
    { kind: 'gzip' },
    { kind: 'crlf' },
    { kind: 'byte-by-byte' },
    { kind: 'no-usage', size: 1 },
    { kind: 'no-usage', size: 4 },
    { kind: 'bundles', size: 4 },
  ])('the answer is whole and counted: %j', async (fault) => {
    const { events, usage, ...said } = await answer(fault)
    expect(said).toEqual({ thought, text })
    expect(events.at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'stop' })
    // To the tokenizer the two marks around the thought, which the server leaves out, are seen by nobody.
    const marks = fault.kind === 'no-usage' ? 0 : 2
    expect(usage.completionTokens).toBe(42 + marks)
    // Which tokens of a bundle were those of a mark, nobody can tell.
    expect(usage.reasoningTokens).toBe(fault.kind === 'bundles' ? 13 : 12)
    expect(usage.promptTokens).toBe(7)
  })

  test('where nobody counts, each piece stands for a token', async () => {
    const other = await openFaultServer({ tokenizes: false })
    const counts: string[] = []
    const there = anUpstream(other.url, { log: (line) => counts.push(line.counts) })
    other.meet({ kind: 'no-usage', size: 2 })
    const events = await collect(there.answer(prompt, never))
    expect(events.reduce(addUsage, noUsage)).toMatchObject({
      promptTokens: 0,
      reasoningTokens: 7,
      completionTokens: 22,
    })
    await expect(there.count(prompt, never)).rejects.toMatchObject({ kind: 'invalid-request' })
    expect(counts).toEqual(['one token a piece'])
    await Promise.all([there.close(), other.close()])
  })

  test('the tokens of a prompt are counted without an answer', async () => {
    const events = await collect(engine.answer({ ...prompt, answerLimit: 1 }, never))
    expect(await engine.count(prompt, never)).toMatchObject({ count: tokensOf(events, 'prompt') })
    await server.close()
    await expect(engine.count(prompt, never)).rejects.toMatchObject({ kind: 'engine-lost' })
  })
})

describe('an answer that is read at its end', () => {
  const whole: Partial<Prompt> = { thinking: { mode: 'off' }, reading: 'at its end' }
  const streamed = () => server.requests.map(({ body }) => body['stream'])

  test.each<Fault>([{ kind: 'none' }, { kind: 'gzip' }, { kind: 'byte-by-byte' }])(
    'comes whole, and says what a stream says: %j',
    async (fault) => {
      const { events, text: said, usage } = await answer(fault, whole)
      const stream = await answer({ kind: 'none' }, { ...whole, reading: 'as it comes' })
      expect(said).toBe(text)
      expect(usage).toEqual(stream.usage)
      expect(events.map(({ type }) => type)).toEqual(['prompt', 'text', 'uncounted', 'finish'])
      expect([events[0], events.at(-1)]).toEqual([stream.events[0], stream.events.at(-1)])
      expect(streamed()).toEqual([false, true])
      expect(server.requests[0]?.body).not.toHaveProperty('stream_options')
    },
  )

  test.each([1, 7, 29])('keeps to its limit: %i tokens', async (answerLimit) => {
    const { events, usage } = await answer({ kind: 'none' }, { ...whole, answerLimit })
    expect(tokensOf(events, 'text')).toBe(answerLimit)
    expect([usage.completionTokens, events.at(-1)]).toMatchObject([answerLimit, { reason: 'length' }])
    expect(streamed()).toEqual([false])
  })

  test.each<Fault>([{ kind: 'unlimited' }, { kind: 'no-usage', size: 1 }])(
    'is asked for as a stream from then on where its server cannot be held to its limit: %j',
    async (fault) => {
      const first = await answer(fault, { ...whole, answerLimit: 20 })
      expect(tokensOf(first.events, 'text')).toBe(20)
      await answer({ kind: 'none' }, whole)
      expect(streamed()).toEqual([false, true, true])
    },
  )

  test('may be streamed all the same, and is then asked for as a stream', async () => {
    expect((await answer({ kind: 'streams' }, whole)).text).toBe(text)
    expect((await answer({ kind: 'none' }, whole)).text).toBe(text)
    expect(streamed()).toEqual([false, true])
  })

  test('comes as a stream where there is thought to be counted, or more than one choice', async () => {
    await answer({ kind: 'none' }, { reading: 'at its end' })
    await answer({ kind: 'none' }, { ...whole, choices: 2 })
    expect(streamed()).toEqual([true, true])
  })

  test('a bare text comes whole as well', async () => {
    const begun = { reasoning: '', text: 'Once', calls: [] }
    expect((await answer({ kind: 'none' }, { ...whole, messages: [], begun })).text).toBe(text)
    expect(streamed()).toEqual([false])
  })

  test('is asked for with the room that its window has left', async () => {
    const { events } = await answer({ kind: 'none' }, { ...whole, answerLimit: 510 })
    expect(textOf(events)).toBe(text)
    expect(server.requests.map(({ body }) => body.max_tokens)).toEqual([510, 505])
    expect(streamed()).toEqual([false, false])
  })

  test.each<[Fault, string]>([
    [{ kind: 'status', status: 503 }, 'overloaded'],
    [{ kind: 'wrong-type' }, 'engine-lost'],
    [{ kind: 'cut', at: 40 }, 'engine-lost'],
    [{ kind: 'malformed', at: 40 }, 'engine-lost'],
    [{ kind: 'error-frame', at: 0 }, 'engine-lost'],
    [{ kind: 'filtered', at: 0 }, 'content-refused'],
  ])('fails before anything was said of it: %j is %s', async (fault, kind) => {
    await expect(answer(fault, whole)).rejects.toMatchObject({ kind })
    expect([streamed(), engine.state().running]).toEqual([[false], 0])
  })

  test('leaves its server at once', async () => {
    server.meet({ kind: 'stall', at: 40 })
    const leave = new AbortController()
    const reading = collect(engine.answer({ ...prompt, ...whole }, leave.signal))
    await expect.poll(() => server.requests.length).toBe(1)
    leave.abort('gone')
    await expect(reading).rejects.toBe('gone')
    await expect.poll(() => server.requests[0]?.left).toBe(true)
    expect(engine.state().running).toBe(0)
  })
})

describe('what ends an answer', () => {
  test.each<[Fault, string]>([
    [{ kind: 'status', status: 429, headers: { 'retry-after': '3' } }, 'overloaded'],
    [{ kind: 'status', status: 500 }, 'engine-lost'],
    [{ kind: 'status', status: 503 }, 'overloaded'],
    [{ kind: 'status', status: 400, body: '{"error":{"code":"content_filter"}}' }, 'content-refused'],
    [{ kind: 'reset' }, 'engine-lost'],
    [{ kind: 'wrong-type' }, 'engine-lost'],
    [{ kind: 'cut', at: 5 }, 'engine-lost'],
    [{ kind: 'cut', at: 20 }, 'engine-lost'],
    [{ kind: 'malformed', at: 20 }, 'engine-lost'],
    [{ kind: 'error-frame', at: 20 }, 'engine-lost'],
    [{ kind: 'filtered', at: 20 }, 'content-refused'],
  ])('%j is %s, and never a finish', async (fault, kind) => {
    server.meet(fault)
    const events: ChatEvent[] = []
    const reading = async () => {
      for await (const batch of engine.answer(prompt, never)) events.push(...batch)
    }
    await expect(reading()).rejects.toMatchObject({
      kind,
      retryAfter: fault.kind === 'status' && fault.status === 429 ? 3000 : null,
    })
    expect(events.some(({ type }) => type === 'finish')).toBe(false)
    expect(server.requests).toHaveLength(1)
    expect(engine.state()).toMatchObject({ running: 0 })
  })

  test('a call that must be made and is not is an error, not an answer without it', async () => {
    const tool = { name: 'f', description: '', parameters: {}, strict: false }
    for (const tools of [
      { mode: 'required', tools: [tool] },
      { mode: 'one', tool, tools: [tool] },
    ] as const)
      await expect(answer({ kind: 'none' }, { tools })).rejects.toMatchObject({ kind: 'calls-unsupported' })
    const { events } = await answer({ kind: 'none' }, { tools: { mode: 'auto', tools: [tool] } })
    expect(events.at(-1)).toMatchObject({ type: 'finish' })
    const cut = await answer(
      { kind: 'none' },
      { answerLimit: 3, thinking: { mode: 'off' }, tools: { mode: 'required', tools: [tool] } },
    )
    expect(cut.events.at(-1)).toMatchObject({ type: 'finish', reason: 'length' })
  })

  test('a server that would be asked again after a day is asked again after ten minutes', async () => {
    const headers = { 'retry-after': '86400' }
    await expect(answer({ kind: 'status', status: 429, headers })).rejects.toMatchObject({
      retryAfter: 600_000,
    })
  })

  test.each<Fault>([{ kind: 'silent' }, { kind: 'stall', at: 20 }])(
    'a server that says nothing, %j, is left when the caller leaves',
    async (fault) => {
      server.meet(fault)
      const leave = new AbortController()
      const reading = collect(engine.answer(prompt, leave.signal))
      await expect.poll(() => server.requests.length).toBe(1)
      leave.abort('left')
      await expect(reading).rejects.toBe('left')
      await expect.poll(() => server.requests[0]?.left).toBe(true)
    },
  )

  test('a server that is not there is "engine-lost"', async () => {
    await server.close()
    await expect(collect(engine.answer(prompt, never))).rejects.toMatchObject({ kind: 'engine-lost' })
  })
})

describe('limits', () => {
  const budget = (most: number): Partial<Prompt> => ({ thinking: thinkingUpTo(most) })

  test.each([true, false])(
    'a thought over its budget is closed, and the answer is whole (apart: %s)',
    async (splits) => {
      const other = await openFaultServer({ splits })
      const there = anUpstream(other.url)
      for (const most of [1, 5, 11]) {
        const events = await collect(there.answer({ ...prompt, ...budget(most) }, never))
        expect(thoughtOf(events)).toBe(
          thought
            .split(' t')
            .slice(0, most + 1)
            .join(' t'),
        )
        expect(textOf(events)).toBe(text)
        expect(events.reduce(addUsage, noUsage)).toMatchObject({ reasoningTokens: most })
        const [first, second] = other.requests.slice(-2)
        await expect.poll(() => first?.left).toBe(true)
        expect(second?.body.messages.at(-1)?.content).toMatch(/^<think>\n t1.*\n<\/think>\n\n$/)
      }
      await Promise.all([there.close(), other.close()])
    },
  )

  test('an answer is cut at its own limit when the thought has left room', async () => {
    const { text, usage, events } = await answer({ kind: 'none' }, { answerLimit: 7 })
    expect(text).toBe(' a1 a2 a3 a4 a5 a6 a7')
    expect(usage).toMatchObject({ reasoningTokens: 12, completionTokens: 21 })
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'length' })
    await expect.poll(() => server.requests[0]?.left).toBe(true)
  })

  test('a limit that does not fit the window any more is made to', async () => {
    const { text: said } = await answer(
      { kind: 'none' },
      { answerLimit: 509, leastRoom: 40, thinking: { mode: 'off' } },
    )
    expect(said).toBe(text)
    expect(server.requests).toHaveLength(2)
    const asked = server.requests.map(({ body }) => body.max_tokens)
    expect(asked[0]).toBe(509)
    expect(asked[1]).toBeLessThan(509)
  })

  test('several choices are asked for at once where nothing has to be closed', async () => {
    const { events, usage } = await answer({ kind: 'none' }, { choices: 3, thinking: { mode: 'off' } })
    for (const choice of [0, 1, 2]) expect(textOf(events, choice)).toBe(text)
    expect(usage.completionTokens).toBe(90)
    expect(server.requests).toHaveLength(1)
  })

  test('and each by itself where a budget is kept here', async () => {
    const { events, usage } = await answer({ kind: 'none' }, { choices: 3, ...budget(5) })
    for (const choice of [0, 1, 2]) expect(textOf(events, choice)).toBe(text)
    expect(usage.reasoningTokens).toBe(15)
    expect(server.requests).toHaveLength(6)
    expect(server.requests.slice(0, 3).map(({ body }) => body['seed'])).toEqual([7, 8, 9])
  })
})

test('connections are used again', async () => {
  let connections = 0
  server.onConnection(() => connections++)
  for (let round = 0; round < 5; round++) await answer({ kind: 'none' })
  // The end of an answer may still be on its way when the next one is asked for.
  expect(connections).toBeLessThanOrEqual(2)
})

test('a connection is used once where the server closes it behind a stream', async () => {
  let connections = 0
  server.onConnection(() => connections++)
  const there = anUpstream(server.url, { server: 'llama-server' })
  for (let round = 0; round < 5; round++) await collect(there.answer(prompt, never))
  await there.close()
  expect(connections).toBe(5)
})

describe('what a message points at', () => {
  const shows = (url: string): Partial<Prompt> => ({
    messages: [{ role: 'user', parts: [{ type: 'image', url, detail: 'auto' }] }],
  })

  test('is fetched for a server that is not to fetch by itself', async () => {
    const fetched: string[] = []
    const media = {
      fetch(url: string) {
        fetched.push(url)
        return Promise.resolve('data:image/png;base64,cG5n')
      },
      close: () => Promise.resolve(),
    }
    const fetching = anUpstream(server.url, { media })
    await collect(fetching.answer({ ...prompt, ...shows('https://a.example/b.png') }, never))
    await collect(fetching.answer({ ...prompt, ...shows('data:image/png;base64,AAAA') }, never))
    await fetching.close()
    expect(fetched).toEqual(['https://a.example/b.png'])
    const sent = server.requests.map(({ body }) => JSON.stringify(body.messages))
    expect(sent[0]).toContain('"url":"data:image/png;base64,cG5n"')
    expect(sent[1]).toContain('"url":"data:image/png;base64,AAAA"')
  })

  test('is handed on to one that is, where it is an address of http', async () => {
    await answer({ kind: 'none' }, shows('https://a.example/b.png'))
    expect(JSON.stringify(server.requests[0]?.body)).toContain('"url":"https://a.example/b.png"')
    const other = collect(engine.answer({ ...prompt, ...shows('file:///etc/passwd') }, never))
    await expect(other).rejects.toMatchObject({ kind: 'invalid-request' })
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { replayMessage } from '../golden/replay.ts'
import { cutText, request, said, unstopped } from './engine-texts.ts'
import { runs } from '../runs.ts'

/** A block as the body has it. */
interface Block {
  readonly type: string
  text?: string
  thinking?: string
  signature?: string
  readonly id?: string
  readonly name?: string
  input?: unknown
}

interface Message {
  readonly content: readonly Block[]
  readonly stop_reason: string | null
  readonly stop_sequence: string | null
  readonly usage: { readonly [key: string]: number }
}

interface StreamEvent {
  readonly type: string
  readonly index: number
  readonly message: Message
  readonly content_block: Block
  readonly delta: {
    readonly type: string
    readonly text?: string
    readonly thinking?: string
    readonly signature?: string
    readonly partial_json?: string
  } & Partial<Message>
  readonly usage: Message['usage']
}

function eventsOf(sse: string): readonly StreamEvent[] {
  return sse
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => {
      const [, name, data] = /^event: (\w+)\ndata: ([^\n]*)$/.exec(frame) ?? []
      const event: StreamEvent = JSON.parse(data ?? '')
      expect(event.type).toBe(name)
      return event
    })
}

/** Merges as Anthropic's SDKs do: a block is pushed, deltas are appended by index, the last usage holds. */
function merge(events: readonly StreamEvent[]): { message: Message; inputs: ReadonlyMap<number, string> } {
  const content: Block[] = []
  const inputs = new Map<number, string>()
  let message: Message = { content, stop_reason: null, stop_sequence: null, usage: {} }
  for (const event of events) {
    const block = content[event.index] ?? { type: '' }
    if (event.type === 'message_start') message = { ...event.message, content }
    if (event.type === 'content_block_start') content.push({ ...event.content_block })
    if (event.type === 'content_block_delta') {
      const { delta } = event
      if (delta.type === 'text_delta') block.text += delta.text ?? ''
      if (delta.type === 'thinking_delta') block.thinking += delta.thinking ?? ''
      if (delta.type === 'signature_delta') block.signature = delta.signature ?? ''
      if (delta.type === 'input_json_delta')
        inputs.set(event.index, (inputs.get(event.index) ?? '') + (delta.partial_json ?? ''))
    }
    if (event.type === 'message_delta') message = { ...message, ...event.delta, usage: event.usage }
  }
  for (const [index, text] of inputs) {
    const block = content[index]
    if (block) block.input = parsed(text)
  }
  return { message, inputs }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : text
  } catch {
    return text
  }
}

async function fold(asked: ChatRequest, events: readonly ChatEvent[]): Promise<Message> {
  const message: Message = JSON.parse((await replayMessage(asked, events)).answer)
  return message
}

const reasons = fc.constantFrom('stop' as const, 'length' as const)

test('L1: wherever an engine cuts its text, the folded message is the same', async () => {
  const property = fc.asyncProperty(cutText, reasons, async ({ text, pieces }, reason) => {
    const whole = await fold(request, said([text], reason))
    const cut = await fold(request, said(pieces, reason))
    expect({ ...cut, usage: {} }).toEqual({ ...whole, usage: {} })
  })
  await fc.assert(property, { numRuns: runs(200) })
})

test('L2: merging the events of the stream gives the JSON body', async () => {
  const property = fc.asyncProperty(cutText, reasons, async ({ pieces }, reason) => {
    const { answer, sse } = await replayMessage(request, said(pieces, reason))
    expect(merge(eventsOf(sse)).message).toEqual(JSON.parse(answer))
  })
  await fc.assert(property, { numRuns: runs(200) })
})

test('L2: also where a server says something in the middle of a call', async () => {
  const native: ChatRequest = {
    ...unstopped,
    model: { ...request.model, dialect: { thinking: 'native', calls: 'native', wrappers: [], infill: null } },
  }
  const event = fc.oneof(
    fc.record({
      type: fc.constantFrom('text' as const, 'reasoning' as const),
      choice: fc.constant(0),
      text: fc.constantFrom('', 'a', '\n'),
      tokens: fc.nat(2),
    }),
    fc.record({ type: fc.constant('mark' as const), choice: fc.constant(0), tokens: fc.nat(2) }),
  )
  const call: readonly ChatEvent[] = [
    { type: 'call-start', choice: 0, call: 0, id: 'a', name: 'f', tokens: 1 },
    { type: 'call-text', choice: 0, call: 0, text: '{"a":', tokens: 1 },
    { type: 'call-text', choice: 0, call: 0, text: '1}', tokens: 1 },
  ]
  const prompt: ChatEvent = { type: 'prompt', choice: 0, tokens: 7, cached: 3 }
  const finish: ChatEvent = { type: 'finish', choice: 0, reason: 'tool-calls' }
  const property = fc.asyncProperty(
    fc.tuple(fc.array(event), fc.array(event), fc.array(event), fc.array(event)),
    async ([before, first, second, after]) => {
      const parts = [before, call.slice(0, 1), first, call.slice(1, 2), second, call.slice(2), after]
      const { answer, sse } = await replayMessage(native, [prompt, ...parts.flat(), finish])
      expect(merge(eventsOf(sse)).message).toEqual(JSON.parse(answer))
      expect(answer).toContain('"input":{"a":1}')
    },
  )
  await fc.assert(property, { numRuns: runs(200) })
})

test('L5: message_start first, one block after another, usage never shrinking, message_stop last', async () => {
  const property = fc.asyncProperty(cutText, reasons, async ({ pieces }, reason) => {
    const events = eventsOf((await replayMessage(request, said(pieces, reason))).sse)
    const order = events.map(({ type, index }) => (type.startsWith('content') ? `${type} ${index}` : type))
    const distinct = order.filter((one, at) => one !== order[at - 1])
    const blocks = events.filter(({ type }) => type === 'content_block_start').length
    expect(distinct).toEqual([
      'message_start',
      ...Array.from({ length: blocks }, (_, index) =>
        ['start', 'delta', 'stop'].map((step) => `content_block_${step} ${index}`),
      )
        .flat()
        // A call without arguments has no text.
        .filter((one) => distinct.includes(one)),
      'message_delta',
      'message_stop',
    ])
    const start = events[0]?.message.usage ?? {}
    const last = events.at(-2)?.usage ?? {}
    for (const key of Object.keys(start)) expect(last[key]).toBeGreaterThanOrEqual(start[key] ?? 0)
  })
  await fc.assert(property, { numRuns: runs(200) })
})

test('L6: a stream cut at any event claims no whole call, and its arguments are the beginning of the whole ones', async () => {
  const property = fc.asyncProperty(cutText, fc.nat(), async ({ text, pieces }, place) => {
    const whole = merge(eventsOf((await replayMessage(unstopped, said([text]))).sse))
    const events = eventsOf((await replayMessage(unstopped, said(pieces))).sse)
    const cut = merge(events.slice(0, place % (events.length - 1)))
    expect(cut.message).toMatchObject({ stop_reason: null, stop_sequence: null })
    for (const [at, { type, id, name }] of cut.message.content.entries()) {
      const same = whole.message.content[at]
      expect([type, id, name]).toEqual([same?.type, same?.id, same?.name])
    }
    for (const [at, text] of cut.inputs) expect(whole.inputs.get(at)?.slice(0, text.length)).toBe(text)
  })
  await fc.assert(property, { numRuns: runs(200) })
})

test('an answer that broke off ends with its failure and has no message_stop', async () => {
  const property = fc.asyncProperty(cutText, async ({ pieces }) => {
    const { answer, sse } = await replayMessage(unstopped, said(pieces).slice(0, -1))
    expect(sse).not.toContain('message_stop')
    expect(sse).not.toContain('message_delta')
    const last = eventsOf(sse).at(-1)
    expect(last).toMatchObject({ type: 'error', code: 50508, error: { type: 'overloaded_error' } })
    expect(JSON.parse(answer)).toEqual(last)
  })
  await fc.assert(property, { numRuns: runs(100) })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch, ChatEvent } from '../../src/chat/event.ts'
import { Failure } from '../../src/chat/failure.ts'
import { decode } from '../../src/decode/decode.ts'
import { collect, countTokens, cutText, request, said, unstopped } from './engine-texts.ts'
import { runs } from '../runs.ts'
import { alone, collect as all, singly } from '../contract/batches.ts'

const anyEvent = fc.oneof(
  fc.record({
    type: fc.constantFrom('text' as const, 'reasoning' as const),
    choice: fc.nat(2),
    text: fc.constantFrom('a', 'STOP', '<think>', '</think>', '<tool_call>{"name":"f"}', ''),
    tokens: fc.nat(2),
  }),
  fc.record({
    type: fc.constant('finish' as const),
    choice: fc.nat(2),
    reason: fc.constantFrom('stop' as const, 'length' as const, 'tool-calls' as const),
  }),
)

test('L3: each choice finishes once or the answer throws once, and nothing follows', async () => {
  const property = fc.asyncProperty(fc.array(anyEvent, { maxLength: 20 }), async (events) => {
    const chat = { ...request, choices: 2 }
    const out: ChatEvent[] = []
    let returned = 0
    async function* engine() {
      try {
        yield* events
      } finally {
        returned++
      }
    }
    const answer = singly(decode(alone(engine()), chat, () => 'id'))
    let failure: unknown = null
    try {
      for await (const event of answer) out.push(event)
    } catch (error) {
      failure = error
    }
    const finished = [0, 1].filter(
      (choice) => out.findLast((one) => one.choice === choice)?.type === 'finish',
    )
    expect(out.filter(({ type }) => type === 'finish').length).toBe(finished.length)
    const lost = failure instanceof Failure && failure.kind === 'engine-lost'
    expect(finished.length === 2 ? failure === null : lost).toBe(true)
    expect(out.every(({ choice }) => choice < 2)).toBe(true)
    expect(await answer.next()).toEqual({ done: true, value: undefined })
    expect(returned).toBe(1)
  })
  await fc.assert(property, { numRuns: runs(300) })
})

test('L3: the engine is read no further than the last finish', async () => {
  let read = 0
  async function* engine(): AsyncGenerator<ChatEvent> {
    for (const event of said(['on', 'STOP', 'and', 'on'])) {
      read++
      yield event
    }
  }
  const out = await all(decode(alone(engine()), request, () => 'id'))
  expect(out.at(-1)).toEqual({ type: 'finish', choice: 0, reason: 'stop-text', text: 'STOP' })
  expect(read).toBe(3)
})

test('whatever of an engine comes together, the answer is the same', async () => {
  const property = fc.asyncProperty(cutText, fc.infiniteStream(fc.nat(4)), async ({ pieces }, sizes) => {
    const events = said(pieces)
    async function* engine(): AsyncGenerator<Batch> {
      for (let at = 0; at < events.length;) {
        const next = at + 1 + Number(sizes.next().value)
        yield events.slice(at, next)
        at = next
      }
    }
    const together = await all(decode(engine(), request, () => 'id'))
    expect(together).toEqual(await all(decode(alone(events), request, () => 'id')))
  })
  await fc.assert(property, { numRuns: runs(200) })
})

test('L7: a reader who leaves after any event has the engine returned', async () => {
  const property = fc.asyncProperty(cutText, fc.nat(20), async ({ pieces }, most) => {
    let running = 0
    async function* engine() {
      running++
      try {
        yield* said(pieces)
      } finally {
        running--
      }
    }
    const answer = decode(alone(engine()), request, () => 'id')
    for (let at = 0; at < most; at++) await answer.next()
    await answer.return()
    expect(running).toBe(0)
  })
  await fc.assert(property, { numRuns: runs(100) })
})

test("L8: decode counts no more thought and no more answer than the engine's own tokens of each", async () => {
  const piece = fc.constantFrom('a', ' b', '\n', '\n\n', '<', '</', 'c\n')
  const property = fc.asyncProperty(fc.array(piece), fc.array(piece), async (thought, answer) => {
    const events = await collect(
      unstopped,
      said(['<think>', '\n', ...thought, '</think>', '\n\n', ...answer]),
    )
    expect(countTokens(events, 'reasoning')).toBeLessThanOrEqual(thought.length)
    expect(countTokens(events, 'text', 'call-start', 'call-text')).toBeLessThanOrEqual(answer.length)
  })
  await fc.assert(property, { numRuns: runs(300) })
})

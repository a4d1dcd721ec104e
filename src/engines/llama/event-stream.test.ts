import { expect, test } from 'vitest'
import type { ChatEvent } from '../../chat/event.ts'
import { Failure } from '../../chat/failure.ts'
import { streamEvents } from './event-stream.ts'
import type { AnswerSink } from './model-process.ts'

const piece = (text: string): ChatEvent => ({ type: 'text', choice: 0, text, tokens: 1 })
const over = { done: true, value: undefined }
/** Messages of a process are events of the loop. */
const nextMessage = () => new Promise(setImmediate)

function open() {
  const control = new AbortController()
  const sinks: AnswerSink[] = []
  let left = 0
  const stream = streamEvents((sink) => {
    sinks.push(sink)
    return () => void left++
  }, control.signal)
  const sink = (): AnswerSink => {
    const [first] = sinks
    if (first === undefined) throw new Error('it has not begun')
    return first
  }
  return { stream, control, sink, begun: () => sinks.length, left: () => left, next: () => stream.next() }
}

test('nothing begins before the first read', async () => {
  const { next, sink, begun } = open()
  expect(begun()).toBe(0)
  const first = next()
  expect(begun()).toBe(1)
  sink().event(piece('a'))
  expect(await first).toEqual({ done: false, value: [piece('a')] })
})

test('what comes together is one batch; what comes faster than it is read is kept, and then the failure is thrown', async () => {
  const { next, sink } = open()
  const first = next()
  sink().event(piece('a'))
  sink().event(piece('b'))
  expect(await first).toMatchObject({ value: [piece('a'), piece('b')] })
  sink().event(piece('c'))
  await nextMessage()
  sink().event(piece('d'))
  sink().fail(new Failure('engine-lost', 'gone'))
  expect(await next()).toMatchObject({ value: [piece('c'), piece('d')] })
  await expect(next()).rejects.toThrow('gone')
  expect(await next()).toEqual(over)
})

test('reads that wait together are answered in order, and all of them at the end', async () => {
  const { next, sink } = open()
  const reads = [next(), next(), next()]
  sink().event(piece('a'))
  sink().end()
  expect(await Promise.all(reads)).toEqual([{ done: false, value: [piece('a')] }, over, over])
})

test('an abort throws its reason at once, drops what was not read and leaves once', async () => {
  const { next, sink, control, left } = open()
  const first = next()
  sink().event(piece('a'))
  await first
  sink().event(piece('b'))
  control.abort('left')
  expect(left()).toBe(1)
  await expect(next()).rejects.toBe('left')
  expect(await next()).toEqual(over)
  sink().event(piece('c'))
  sink().end()
  expect(await next()).toEqual(over)
})

test('an abort after the end throws its reason as long as something is unread, and is nothing afterwards', async () => {
  const { next, sink, control } = open()
  const first = next()
  sink().event(piece('a'))
  await first
  sink().event(piece('b'))
  sink().end()
  control.abort('left')
  await expect(next()).rejects.toBe('left')
  expect(await next()).toEqual(over)

  const read = open()
  const last = read.next()
  read.sink().event(piece('a'))
  read.sink().end()
  await last
  read.control.abort('left')
  expect(await read.next()).toEqual(over)
})

test('a reader that returns leaves at once, though a read is pending', async () => {
  const { stream, next, left } = open()
  const pending = next()
  expect(await stream.return?.()).toEqual(over)
  expect(left()).toBe(1)
  expect(await pending).toEqual(over)
})

test('nobody is left twice: not after the end, not by abort and return', async () => {
  const { stream, next, sink, control, left } = open()
  const first = next()
  sink().end()
  await first
  control.abort('late')
  await stream.return?.()
  expect(left()).toBe(0)
})

test('a refusal at the beginning is thrown by the first read', async () => {
  const stream = streamEvents(() => {
    throw new Failure('overloaded', 'full')
  }, new AbortController().signal)
  await expect(stream.next()).rejects.toThrow('full')
  expect(await stream.next()).toEqual(over)
})

import { expect, test } from 'vitest'
import type { ChatEvent } from '../chat/event.ts'
import { oneCallDecoder } from './one-call.ts'

const start = (call: number): ChatEvent => ({
  type: 'call-start',
  choice: 0,
  call,
  id: `${call}`,
  name: 'f',
  tokens: 3,
})
const said = (call: number, text: string): ChatEvent => ({
  type: 'call-text',
  choice: 0,
  call,
  text,
  tokens: 1,
})
const between: ChatEvent = { type: 'text', choice: 0, text: '\n', tokens: 1 }

/** As `decode` reads it: nothing after the finish. */
function read(events: readonly ChatEvent[]): readonly ChatEvent[] {
  const decoder = oneCallDecoder(0)
  const all = events.flatMap((event) => [...decoder(event)])
  return all.slice(0, all.findIndex(({ type }) => type === 'finish') + 1)
}

test('an answer of one call ends where a second one would begin, and says that the first is whole', () => {
  const first = [start(0), said(0, '{"a":'), said(0, '1}'), between]
  expect(read([...first, start(1), said(1, '{}')])).toEqual([
    ...first,
    { type: 'mark', choice: 0, tokens: 3 },
    { type: 'finish', choice: 0, reason: 'tool-calls' },
  ])
})

test('it says nothing of a first call that was broken off, and changes nothing where there is no second', () => {
  expect(read([start(0), said(0, '{"a":'), start(1)]).at(-1)).toMatchObject({ reason: 'stop' })
  const one: ChatEvent[] = [start(0), said(0, '{}'), { type: 'finish', choice: 0, reason: 'tool-calls' }]
  expect(read(one)).toEqual(one)
})

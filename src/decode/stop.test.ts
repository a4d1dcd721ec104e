import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../chat/event.ts'
import { stopDecoder } from './stop.ts'

function piece(text: string): ChatEvent {
  return { type: 'text', choice: 0, text, tokens: 1 }
}

function decode(texts: readonly string[], events: readonly ChatEvent[]): readonly ChatEvent[] {
  const decoder = stopDecoder(0, texts)
  return events.flatMap((event) => [...decoder(event)])
}

const stopped = (text: string): ChatEvent => ({ type: 'finish', choice: 0, reason: 'stop-text', text })
const cut: ChatEvent = { type: 'finish', choice: 0, reason: 'length' }

describe('stopDecoder', () => {
  test('ends the answer before a stop text that comes over several pieces', () => {
    expect(decode(['END'], ['one E', 'N', 'D two'].map(piece))).toEqual([
      piece('one '),
      { type: 'mark', choice: 0, tokens: 2 },
      stopped('END'),
    ])
  })

  test('gives out what was held back when it comes to nothing', () => {
    expect(decode(['END'], [piece('E'), piece('N'), cut])).toEqual([{ ...piece('EN'), tokens: 2 }, cut])
  })

  test('gives out the tokens of what leaves, and no more of them', () => {
    expect(decode(['aab'], ['x', 'a', 'a', 'a', 'b'].map(piece))).toEqual([
      piece('x'),
      piece('a'),
      { type: 'mark', choice: 0, tokens: 3 },
      stopped('aab'),
    ])
  })

  test('does not look into thought or calls, nor across a call', () => {
    const thought: ChatEvent = { type: 'reasoning', choice: 0, text: 'END', tokens: 1 }
    const start: ChatEvent = { type: 'call-start', choice: 0, call: 0, id: 'a', name: 'END', tokens: 1 }
    const call: ChatEvent = { type: 'call-text', choice: 0, call: 0, text: '{"END":1}', tokens: 1 }
    const events = [thought, piece('EN'), start, call, piece('D'), cut]
    expect(decode(['END'], events)).toEqual(events)
  })
})

import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../chat/event.ts'
import { wrapperDecoder } from './wrappers.ts'

const finish: ChatEvent = { type: 'finish', choice: 0, reason: 'stop' }
const start: ChatEvent = { type: 'call-start', choice: 0, call: 0, id: 'a', name: 'f', tokens: 1 }

/** What comes of pieces of one token each, as `type(text)tokens`. */
function decode(...pieces: readonly (string | ChatEvent)[]): string {
  const decoder = wrapperDecoder(0, ['<answer>', '</answer>', '<|box|>'])
  const events = [...pieces, finish].map((piece): ChatEvent =>
    typeof piece === 'string' ? { type: 'text', choice: 0, text: piece, tokens: 1 } : piece,
  )
  return events
    .flatMap((event) => [...decoder(event)])
    .map(
      (event) =>
        `${event.type}(${'text' in event ? event.text : ''})${'tokens' in event ? event.tokens : ''}`,
    )
    .join(' ')
}

describe('wrapperDecoder', () => {
  test('drops what stands around the answer, with the newlines beside it', () => {
    expect(decode('<answer>', '\n', 'Hi', '\n', '</answer>')).toBe('mark()1 text(Hi)2 mark()2 finish()')
    expect(decode('\n<answer>\n\nHi\n</answer>\n')).toBe('mark()1 text(Hi)0 finish()')
  })

  test('drops a wrapper in the midst of a text and nothing else', () => {
    expect(decode('It is <|box|>42<|box|>\n.')).toBe('text(It is )1 text(42)0 text(\n.)0 finish()')
    expect(decode('a\n', '<|box|>', '\nb')).toBe('text(a)1 mark()1 text(\n\nb)1 finish()')
  })

  test('drops the opening wrapper where the closing one never comes, and the other way round', () => {
    expect(decode('<answer>\nHi\n')).toBe('mark()1 text(Hi)0 text(\n)0 finish()')
    expect(decode('Hi\n</answer>')).toBe('text(Hi)1 finish()')
  })

  test('gives out what only looked like a wrapper', () => {
    expect(decode('Hi', '\n</ans')).toBe('text(Hi)1 text(\n</ans)1 finish()')
    expect(decode('<answers>')).toBe('text(<answers>)1 finish()')
  })

  test('leaves nothing of an empty answer', () => {
    expect(decode('<answer>\n\n</answer>')).toBe('mark()1 finish()')
  })

  test('does not look into thought or calls, nor across a call', () => {
    const thought: ChatEvent = { type: 'reasoning', choice: 0, text: '<answer>', tokens: 1 }
    const call: ChatEvent = { type: 'call-text', choice: 0, call: 0, text: '"</answer>"', tokens: 1 }
    expect(decode(thought, '<ans', start, call, 'wer>')).toBe(
      'reasoning(<answer>)1 text(<ans)1 call-start()1 call-text("</answer>")1 text(wer>)1 finish()',
    )
  })

  test('takes the wrappers on both sides of a call', () => {
    expect(decode('<answer>\n', start, '</answer>')).toBe('mark()1 call-start()1 mark()1 finish()')
    expect(decode('<answer>\nSo\n', start, '\n</answer>')).toBe(
      'mark()1 text(So)0 text(\n)0 call-start()1 mark()1 finish()',
    )
  })
})

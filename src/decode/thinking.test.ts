import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../chat/event.ts'
import { thinkingDecoder } from './thinking.ts'

/** What comes of pieces of one token each, as `type(text)tokens`. */
function decode(pieces: readonly string[], enders: readonly string[] = []): string {
  const decoder = thinkingDecoder(0, { open: '<think>', close: '</think>' }, enders)
  const events: ChatEvent[] = [
    ...pieces.map((text): ChatEvent => ({ type: 'text', choice: 0, text, tokens: 1 })),
    { type: 'finish', choice: 0, reason: 'stop' },
  ]
  const said = events.flatMap((event) => [...decoder(event)])
  return said
    .map(
      (event) =>
        `${event.type}(${'text' in event ? event.text : ''})${'tokens' in event ? event.tokens : ''}`,
    )
    .join(' ')
}

describe('thinkingDecoder', () => {
  test('splits the thought off, with its marks and the newlines beside them', () => {
    expect(decode(['<think>', '\n', 'Hm', '.', '\n', '</think>', '\n\n', 'Hi'])).toBe(
      'mark()1 mark()1 reasoning(Hm)1 reasoning(.)1 mark()2 mark()1 text(Hi)1 finish()',
    )
  })

  test('keeps the newlines within a thought', () => {
    expect(decode(['<think>', 'a', '\n\n', 'b', '</think>'])).toBe(
      'mark()1 reasoning(a)1 reasoning(\n\nb)2 mark()1 finish()',
    )
  })

  test('takes a thought only at the start, blank aside', () => {
    expect(decode([' \n', '<think>', 'a', '</think>'])).toBe('mark()2 reasoning(a)1 mark()1 finish()')
    expect(decode(['Hi', '<think>', 'a', '</think>'])).toBe(
      'text(Hi)1 text(<think>)1 text(a)1 text(</think>)1 finish()',
    )
  })

  test('lets go of a start that is no mark', () => {
    expect(decode([' ', '<thi', 'ng>'])).toBe('text( <thing>)3 finish()')
    expect(decode(['<thi'])).toBe('text(<thi)1 finish()')
  })

  test('leaves nothing of an empty thought', () => {
    expect(decode(['<think>', '\n\n', '</think>', '\n\n', 'Hi'])).toBe(
      'mark()1 mark()1 mark()1 mark()1 text(Hi)1 finish()',
    )
  })

  test('takes a second open mark for text', () => {
    expect(decode(['<think>', '<think>', 'a', '</think>', '<think>'])).toBe(
      'mark()1 reasoning(<think>)1 reasoning(a)1 mark()1 text(<think>)1 finish()',
    )
  })

  test('takes a close mark that comes first for the end of an empty thought', () => {
    expect(decode(['\n', '</thi', 'nk>', '\n\n', 'Hi'])).toBe('mark()3 mark()1 text(Hi)1 finish()')
    expect(decode(['</thi'])).toBe('text(</thi)1 finish()')
  })

  test('drops a close mark that comes again right behind the first', () => {
    expect(decode(['<think>', 'a', '</think>', '\n', '</think>', '\n\n', 'Hi'])).toBe(
      'mark()1 reasoning(a)1 mark()1 mark()1 mark()1 mark()1 text(Hi)1 finish()',
    )
    expect(decode(['<think>', 'a', '</think>', '\n', '</th', 'is>'])).toBe(
      'mark()1 reasoning(a)1 mark()1 mark()1 text(</this>)2 finish()',
    )
    expect(decode(['<think>', 'a', '</think>', '\n', '</th'])).toBe(
      'mark()1 reasoning(a)1 mark()1 mark()1 text(</th)1 finish()',
    )
  })

  test('takes a close mark that closes nothing for text', () => {
    expect(decode(['a', '</think>', 'b'])).toBe('text(a)1 text(</think>)1 text(b)1 finish()')
    expect(decode(['<think>', 'a', '</think>', 'b', '</think>'])).toBe(
      'mark()1 reasoning(a)1 mark()1 text(b)1 text(</think>)1 finish()',
    )
  })

  test('takes all for thought where the close mark never comes', () => {
    expect(decode(['<think>', 'a', '\n', '</th'])).toBe('mark()1 reasoning(a)1 reasoning(\n</th)2 finish()')
  })

  test('ends a thought that was not closed before a call', () => {
    expect(decode(['<think>', 'a', '\n', '<tool_call>', '{'], ['<tool_call>'])).toBe(
      'mark()1 reasoning(a)1 text(<tool_call>)2 text({)1 finish()',
    )
  })

  test('ends a thought that was not closed before any of several marks', () => {
    expect(decode(['<think>', 'a<', '<c', '1>', 'x'], ['<c2>', '<c1>'])).toBe(
      'mark()1 reasoning(a)1 reasoning(<)0 text(<c1>)2 text(x)1 finish()',
    )
  })

  test('gives the tokens of a piece that straddles a border to what begins it', () => {
    expect(decode(['<think>a</think>b'])).toBe('mark()1 reasoning(a)0 text(b)0 finish()')
  })

  test('counts the close mark as no thought, even where a false start was held back before it', () => {
    expect(decode(['<think>', '<', '</think>'])).toBe('mark()1 reasoning(<)1 mark()1 finish()')
  })
})

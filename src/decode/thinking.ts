import type { Decoder } from '../chat/decoder.ts'
import type { ThinkingMarks } from '../chat/model.ts'
import { outlet } from './outlet.ts'
import { blankEnd, splitter } from './splitter.ts'

/**
 * Splits the thought off a model's text.
 *
 * The text begins with a thought if the open mark is the first thing in it, blank aside; an engine whose prompt has
 * already opened the thought gives the mark out first, as text of no tokens. The thought ends at the close mark or, for
 * models that forget it, before one of `enders`; without either it is all thought. Newlines after the open mark and on
 * both sides of the close mark are dropped, so an empty thought leaves nothing. Only the first thought is one: a second
 * open mark is text like any other, as is a close mark that closes nothing.
 */
export function thinkingDecoder(choice: number, marks: ThinkingMarks, enders: readonly string[]): Decoder {
  const out = outlet(choice)
  const end = splitter([marks.close, ...enders], '\n')
  let read = readStart
  let start = ''
  let matched = 0

  function readStart(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      if (matched === 0 && ' \t\r\n'.includes(piece.charAt(at))) continue
      if (piece.charAt(at) !== marks.open.charAt(matched)) return readAnswer(start + piece)
      matched++
      if (matched === marks.open.length) {
        out.mark()
        return readThoughtStart(piece.slice(at + 1))
      }
    }
    start += piece
  }

  function readThoughtStart(piece: string): void {
    read = readThoughtStart
    const text = piece.slice(blankEnd(piece, '\n'))
    if (text === '') return out.mark()
    readThought(text)
  }

  function readThought(piece: string): void {
    read = readThought
    const { text, old, found } = end.feed(piece)
    out.say('reasoning', text, old)
    if (!found) return
    if (found.mark !== marks.close) return readAnswer(found.mark + found.rest)
    out.mark()
    readAnswerStart(found.rest)
  }

  function readAnswerStart(piece: string): void {
    read = readAnswerStart
    const text = piece.slice(blankEnd(piece, '\n'))
    if (text === '') return out.mark()
    readAnswer(text)
  }

  function readAnswer(piece: string): void {
    read = readAnswer
    out.say('text', piece)
  }

  return (event) => {
    if (event.type === 'text') {
      out.take(event.tokens)
      read(event.text)
    } else {
      if (event.type === 'finish') {
        if (read === readStart) out.say('text', start)
        out.say('reasoning', end.flush())
        out.mark()
      }
      out.pass(event)
    }
    return out.drain()
  }
}

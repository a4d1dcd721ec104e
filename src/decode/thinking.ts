import type { Decoder } from '../chat/decoder.ts'
import type { ThinkingMarks } from '../chat/model.ts'
import { outlet } from './outlet.ts'
import { blankEnd, type Splitter, splitter } from './splitter.ts'

/**
 * Splits the thought off a model's text.
 *
 * The text begins with a thought if the open mark is the first thing in it, blank aside; an engine whose prompt has
 * already opened the thought gives the mark out first, as text of no tokens. The thought ends at the close mark or, for
 * models that forget it, before one of `enders`; without either it is all thought. Newlines after the open mark and on
 * both sides of the close mark are dropped, so an empty thought leaves nothing.
 *
 * A close mark that is the first thing in the text ends an empty thought, and one that comes again right behind the
 * first belongs to it. Anywhere else it is text, as is a second open mark: by then what stands before it has left as
 * text, and only the engine can know that a prompt opened the thought.
 */
export function thinkingDecoder(choice: number, marks: ThinkingMarks, enders: readonly string[]): Decoder {
  const out = outlet(choice)
  /** Made where a thought begins: most answers have none. */
  let end: Splitter | null = null
  let read = readStart
  /** What is held back at the start of the text or of the answer, and how much of it is the beginning of a mark. */
  let held = ''
  let mark = ''

  function readStart(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charAt(at)
      if (mark === '' && ' \t\r\n'.includes(char)) continue
      mark += char
      if (mark === marks.open || mark === marks.close) {
        out.mark()
        held = ''
        const next = mark === marks.open ? readThoughtStart : readAnswerStart
        mark = ''
        return next(piece.slice(at + 1))
      }
      if (!marks.open.startsWith(mark) && !marks.close.startsWith(mark)) return readAnswer(held + piece)
    }
    held += piece
  }

  function readThoughtStart(piece: string): void {
    read = readThoughtStart
    const text = piece.slice(blankEnd(piece, '\n'))
    if (text === '') return out.mark()
    readThought(text)
  }

  function readThought(piece: string): void {
    read = readThought
    end ??= splitter([marks.close, ...enders], '\n')
    const { text, old, found } = end.feed(piece)
    out.say('reasoning', text, old)
    if (!found) return
    if (found.mark !== marks.close) return readAnswer(found.mark + found.rest)
    out.mark()
    readAnswerStart(found.rest)
  }

  function readAnswerStart(piece: string): void {
    read = readAnswerStart
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charAt(at)
      if (mark === '' && char === '\n') continue
      mark += char
      if (mark === marks.close) mark = ''
      else if (!marks.close.startsWith(mark)) return readAnswer(mark + piece.slice(at + 1))
    }
    held = mark
    if (mark === '') out.mark()
  }

  function readAnswer(piece: string): void {
    read = readAnswer
    held = ''
    out.say('text', piece)
  }

  return (event) => {
    if (event.type === 'text') {
      if (read === readAnswer && event.text !== '' && !out.owes()) return [event]
      out.take(event)
      read(event.text)
    } else {
      if (event.type === 'finish') {
        out.say('text', held)
        if (end !== null) out.say('reasoning', end.flush())
        out.mark()
      }
      out.pass(event)
    }
    return out.drain()
  }
}

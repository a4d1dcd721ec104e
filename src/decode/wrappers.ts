import type { Decoder } from '../chat/decoder.ts'
import { outlet } from './outlet.ts'
import { blankEnd, splitter } from './splitter.ts'

/**
 * Drops the texts that a family of models writes around its answer, wherever they stand in the answer's text; thought and
 * arguments of calls are not looked into. With a wrapper at the very start or end of the answer go the newlines beside it.
 */
export function wrapperDecoder(choice: number, wrappers: readonly string[]): Decoder {
  const out = outlet(choice)
  const within = splitter(wrappers, '\n')
  let started = false
  /** Whether a wrapper is the last thing that was read, newlines aside. */
  let dropped = false
  /** Newlines before that wrapper: text, should more of it follow. */
  let newlines = ''

  function say(text: string, old = false): void {
    const rest = started || !dropped ? text : text.slice(blankEnd(text, '\n'))
    if (rest === '') return
    out.say('text', newlines + rest, old)
    newlines = ''
    dropped = false
    started = true
  }

  function read(piece: string): string {
    const { text, old, found } = within.feed(piece)
    say(text, old)
    if (!found) return ''
    if (started) newlines += found.blank
    dropped = true
    out.mark()
    return found.rest
  }

  /** Nothing more follows what was held back, or a call does. */
  function settle(): void {
    const held = within.flush()
    if (!dropped || blankEnd(held, '\n') < held.length) say(held)
    newlines = ''
    dropped = false
    out.mark()
  }

  return (event) => {
    if (event.type === 'text') {
      out.take(event)
      let rest = event.text
      while (rest !== '') rest = read(rest)
    } else {
      if (event.type === 'call-start' || event.type === 'finish') settle()
      out.pass(event)
    }
    return out.drain()
  }
}

import type { Decoder } from '../../chat/decoder.ts'
import type { ChatEvent } from '../../chat/event.ts'
import type { Tool } from '../../chat/request.ts'
import { outlet } from '../outlet.ts'
import { blankEnd, splitter } from '../splitter.ts'
import type { CallMarkup, CallSink } from './call-markup.ts'
import { blanks, type Taker } from './reading.ts'

/**
 * Reads the calls that a model writes into its text. A call begins as soon as its tool is known, and its arguments leave
 * as they come. Blank next to a call is dropped.
 *
 * What holds of a broken call, in every syntax:
 *
 * - A block that breaks before its call has begun, or that names no tool of the request, is plain text, exactly as
 *   written.
 * - One that breaks later leaves a call whose arguments are only begun; what follows the last of them is plain text.
 * - The answer ends with `tool-calls` only where the model ended it and every call that it began is whole.
 * - Behind the break everything is read anew: the next call may be a good one.
 *
 * A block breaks with the first character that does not belong there, or where the text ends before a call is whole.
 * Only what the caller is to read is not looked into: the inside of JSON arguments leaves as the model wrote it, right or
 * wrong, and ends where its braces say.
 */
export function callDecoder(
  markup: CallMarkup,
  choice: number,
  tools: readonly Tool[],
  newId: () => string,
): Decoder {
  const out = outlet(choice)
  const outside = splitter([...markup.openMarks, ...markup.bareMarks], blanks)
  /** The open mark and the blank before it, while no call of the block has begun. */
  let opening = ''
  /** What was read of the block since something was last said of it: plain text, should the block break now. */
  let unsaid = ''
  let told = false
  /** JSON text of the open call that is yet to leave. */
  let fresh = ''
  let call: 'none' | 'begun' | 'said' = 'none'
  let calls = 0
  let broken = false
  /** Whether a call is the last thing that was said. */
  let beside = false
  let closing = ''

  const sink: CallSink = {
    begin({ name }, held) {
      out.startCall(calls, newId(), name)
      call = 'begun'
      opening = ''
      tell(held)
    },
    say(text, held) {
      fresh += text
      call = 'said'
      tell(held)
    },
    end() {
      if (call === 'begun') fresh = '{}'
      endCall()
      tell()
    },
  }
  let block = markup.read('', sink, tools)
  let take: Taker | undefined
  let read = readText
  if (markup.openMarks.length === 0) openBlock('', '')

  function tell(held = ''): void {
    unsaid = held
    told = true
  }

  function openBlock(mark: string, blank: string): void {
    opening = blank + mark
    unsaid = ''
    block = markup.read(mark, sink, tools)
    block.next()
    take = undefined
    read = readBlock
  }

  function endCall(): void {
    out.sayCall(calls++, fresh)
    fresh = ''
    call = 'none'
    beside = true
  }

  function sayText(text: string): void {
    const rest = beside ? text.slice(blankEnd(text, blanks)) : text
    if (rest !== '') beside = false
    out.say('text', rest)
  }

  function feed(piece: string): void {
    let rest = piece
    while (rest !== '') rest = read(rest)
  }

  function readText(piece: string): string {
    const { text, found } = outside.feed(piece)
    sayText(text)
    if (!found) return ''
    openBlock(found.mark, found.blank)
    return found.rest
  }

  function readBlock(piece: string): string {
    let from = 0
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charAt(at)
      const step = take?.(char) === false ? null : block.next(char)
      if (told) {
        from = at + 1
        told = false
      }
      if (step === null) continue
      if (step.done) {
        if (step.value) {
          read = readEnd
          return piece.slice(at + 1)
        }
        feed(giveUp(unsaid + piece.slice(from, at)))
        return piece.slice(at)
      }
      take = step.value
    }
    unsaid += piece.slice(from)
    out.sayCall(calls, fresh)
    fresh = ''
    return ''
  }

  /** Leaves the block where it stands. Gives the end of what was `unsaid`, in which a mark may begin. */
  function giveUp(text: string): string {
    if (call !== 'none') {
      endCall()
      broken = true
    }
    read = readText
    const begin = text.lastIndexOf('<')
    const end = begin < 0 ? text.length : begin
    sayText(opening + text.slice(0, end))
    return text.slice(end)
  }

  /** Drops the closing marks and the blank around them. */
  function readEnd(piece: string): string {
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charAt(at)
      if (closing === '' && blanks.includes(char)) continue
      closing += char
      if (markup.closeMarks.includes(closing)) closing = ''
      else if (!markup.closeMarks.some((mark) => mark.startsWith(closing))) {
        const begun = closing
        closing = ''
        read = readText
        feed(begun)
        return piece.slice(at + 1)
      }
    }
    if (closing === '') out.mark()
    return ''
  }

  function finish(event: Extract<ChatEvent, { type: 'finish' }>): void {
    sayText(outside.flush() + closing)
    if (read === readBlock) sayText(giveUp(unsaid))
    out.mark()
    out.pass(event.reason === 'stop' && calls > 0 && !broken ? { ...event, reason: 'tool-calls' } : event)
  }

  return (event) => {
    if (event.type === 'text') {
      out.take(event)
      feed(event.text)
    } else if (event.type === 'finish') finish(event)
    else out.pass(event)
    return out.drain()
  }
}

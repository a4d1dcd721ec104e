import type { Decoder } from '../../chat/decoder.ts'
import type { FinishReason } from '../../chat/event.ts'
import { outlet } from '../outlet.ts'
import { splitter } from '../splitter.ts'
import { blanks, hermesBlock } from './hermes-block.ts'

export const openMark = '<tool_call>'
const closeMark = '</tool_call>'

/**
 * Reads calls as Hermes and Qwen3 write them: one JSON object between `<tool_call>` and `</tool_call>`. A call begins as
 * soon as its name is known. Blank next to a call is dropped.
 *
 * A block that breaks before that, or names no tool of `names`, is plain text, given out exactly as written. One that
 * breaks later leaves a call whose arguments are only begun; what follows the break is plain text again. The answer
 * ends with `tool-calls` only where the model ended it and every call it began is whole. A call is whole when its
 * object is, even if the model leaves out the closing mark.
 */
export function hermesDecoder(choice: number, names: ReadonlySet<string>, newId: () => string): Decoder {
  const out = outlet(choice)
  const outside = splitter([openMark], blanks)
  let block = hermesBlock(names)
  let read = readText
  let blank = ''
  let bare = true
  let closing = 0
  let calls = 0
  let broken = false

  function readText(piece: string): string {
    const { text, found } = outside.feed(piece)
    out.say('text', text)
    if (!found) return ''
    blank = found.blank
    bare = true
    block = hermesBlock(names)
    read = readBlock
    return found.rest
  }

  function readBlock(piece: string): string {
    const begun = block.name !== null
    const { text, rest } = block.read(piece)
    if (!begun && block.name !== null) out.startCall(calls, newId(), block.name)
    if (text !== '') bare = false
    out.sayCall(calls, text)
    if (block.state === 'whole') {
      // A call of no arguments is a call of an empty object: what the caller will parse must be JSON.
      if (bare) out.sayCall(calls, '{}')
      calls++
      closing = 0
      read = readEnd
    } else if (block.state === 'broken') {
      giveUp()
      out.say('text', block.unspoken)
      read = readText
    }
    return rest
  }

  /** Leaves the block where it stands: what was no call yet becomes text, what was one stays unfinished. */
  function giveUp(): void {
    if (block.name === null) {
      out.say('text', blank + openMark)
    } else {
      calls++
      broken = true
    }
  }

  /** Drops the closing mark and the blank around it. */
  function readEnd(piece: string): string {
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charAt(at)
      const within = closing > 0 && closing < closeMark.length
      if (char === closeMark.charAt(closing)) closing++
      else if (within || !blanks.includes(char)) {
        read = readText
        return (within ? closeMark.slice(0, closing) : '') + piece.slice(at)
      }
    }
    out.mark()
    return ''
  }

  function finish(reason: FinishReason): FinishReason {
    out.say('text', outside.flush())
    if (read === readBlock) {
      giveUp()
      if (block.name === null) out.say('text', block.unspoken)
    }
    out.mark()
    return reason === 'stop' && calls > 0 && !broken ? 'tool-calls' : reason
  }

  return (event) => {
    if (event.type === 'text') {
      out.take(event.tokens)
      let rest = event.text
      while (rest !== '') rest = read(rest)
    } else if (event.type === 'finish') {
      out.pass({ ...event, reason: finish(event.reason) })
    } else out.pass(event)
    return out.drain()
  }
}

import type { Decoder } from '../chat/decoder.ts'
import { type ChatEvent, type ChosenToken, logprobsOf, saidPiece } from '../chat/event.ts'
import { splitter } from './splitter.ts'

/** A piece of text of which `left` characters have not left yet, with what has not left with the others. */
interface Held {
  left: number
  tokens: number
  logprobs: readonly ChosenToken[]
}

/**
 * Ends the answer before the first of `texts` that is whole; of two that become whole with the same character, before
 * the longer one. Looks at the answer's text alone, not at thought or calls, and never across a call. What the model
 * says after it belongs to no answer: whoever runs the decoder takes nothing more after the finish.
 * The tokens of a piece leave with its first character, or as a mark where none of it leaves.
 */
export function stopDecoder(choice: number, texts: readonly string[]): Decoder {
  const stop = splitter(texts, '')
  let held: Held[] = []

  function say(text: string): readonly ChatEvent[] {
    if (text === '') return []
    const logprobs: ChosenToken[] = []
    let tokens = 0
    let length = text.length
    for (let first = held[0]; first && length > 0; first = held[0]) {
      tokens += first.tokens
      logprobs.push(...first.logprobs)
      if (first.left > length) {
        held[0] = { left: first.left - length, tokens: 0, logprobs: [] }
        break
      }
      length -= first.left
      held.shift()
    }
    return [saidPiece('text', choice, { text, tokens, logprobs })]
  }

  function mark(): readonly ChatEvent[] {
    const tokens = held.reduce((sum, piece) => sum + piece.tokens, 0)
    held = []
    return tokens > 0 ? [{ type: 'mark', choice, tokens }] : []
  }

  return (event) => {
    if (event.type === 'text') {
      const { text, found } = stop.feed(event.text)
      if (held.length === 0 && text !== '' && text.length === event.text.length) return [event]
      held.push({ left: event.text.length, tokens: event.tokens, logprobs: logprobsOf(event) })
      if (!found) return say(text)
      return [...say(text), ...mark(), { type: 'finish', choice, reason: 'stop-text', text: found.mark }]
    }
    if (event.type !== 'call-start' && event.type !== 'finish') return [event]
    return [...say(stop.flush()), ...mark(), event]
  }
}

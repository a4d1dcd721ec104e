import type { Decoder } from '../chat/decoder.ts'
import { outlet } from './outlet.ts'
import { splitter } from './splitter.ts'

/**
 * Ends the answer before the first of `texts` that is whole; of two that become whole with the same character, before
 * the longer one. Looks at the answer's text alone, not at thought or calls, and never across a call. What the model
 * says after it belongs to no answer: whoever runs the decoder takes nothing more after the finish.
 */
export function stopDecoder(choice: number, texts: readonly string[]): Decoder {
  const out = outlet(choice)
  const stop = splitter(texts, '')
  return (event) => {
    if (event.type === 'text') {
      out.take(event.tokens)
      const { text, found } = stop.feed(event.text)
      out.say('text', text)
      if (found) {
        out.mark()
        out.pass({ type: 'finish', choice, reason: 'stop-text', text: found.mark })
      }
    } else {
      if (event.type === 'call-start' || event.type === 'finish') {
        out.say('text', stop.flush())
        out.mark()
      }
      out.pass(event)
    }
    return out.drain()
  }
}

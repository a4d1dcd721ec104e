import type { Decoder } from '../chat/decoder.ts'

/** Ends the answer where a second call would begin. */
export function oneCallDecoder(choice: number): Decoder {
  let called = ''
  return (event) => {
    if (event.type === 'call-text') called += event.text
    if (event.type !== 'call-start' || event.call === 0) return [event]
    const reason = isWhole(called) ? 'tool-calls' : 'stop'
    return [
      { type: 'mark', choice, tokens: event.tokens },
      { type: 'finish', choice, reason },
    ]
  }
}

/** A model may break a call off and begin another. */
function isWhole(text: string): boolean {
  try {
    JSON.parse(text || '{}')
    return true
  } catch {
    return false
  }
}

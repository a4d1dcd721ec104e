import type { ChatEvent, EngineReason } from '../../src/chat/event.ts'
import type { JsonObject } from '../../src/chat/json.ts'
import type { CallSyntax } from '../../src/chat/model.ts'
import type { Tool } from '../../src/chat/request.ts'
import { callDecoder } from '../../src/decode/calls/call-decoder.ts'
import { callMarkups } from '../../src/decode/calls/call-markups.ts'

/** A tool whose arguments have these schemas. */
export function tool(name: string, properties: JsonObject = {}): Tool {
  return { name, description: '', parameters: { type: 'object', properties }, strict: false }
}

/** What comes of a text, read a character at a time: text, `name(arguments)` of each call, and the finish. */
export function readCalls(
  syntax: CallSyntax,
  tools: readonly Tool[],
  text: string,
  reason: EngineReason = 'stop',
): { text: string; calls: readonly string[]; finish: string } {
  let ids = 0
  const decoder = callDecoder(callMarkups[syntax], 0, tools, () => `id-${ids++}`)
  const events: ChatEvent[] = [
    ...text.split('').map((char): ChatEvent => ({ type: 'text', choice: 0, text: char, tokens: 1 })),
    { type: 'finish', choice: 0, reason },
  ]
  const said = events.flatMap((event) => [...decoder(event)])
  const calls = said.flatMap((event) => {
    if (event.type !== 'call-start') return []
    const own = said.flatMap((other) =>
      other.type === 'call-text' && other.call === event.call ? [other.text] : [],
    )
    return [`${event.name}(${own.join('')})`]
  })
  const finish = said.at(-1)
  return {
    text: said.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join(''),
    calls,
    finish: finish?.type === 'finish' ? finish.reason : '',
  }
}

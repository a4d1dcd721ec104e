import type { Decoder } from '../chat/decoder.ts'
import type { ChatEvent } from '../chat/event.ts'
import { type ChatRequest, isBareText } from '../chat/request.ts'
import { callDecoder } from './calls/call-decoder.ts'
import { callMarkups } from './calls/call-markups.ts'
import { oneCallDecoder } from './one-call.ts'
import { stopDecoder } from './stop.ts'
import { thinkingDecoder } from './thinking.ts'
import { wrapperDecoder } from './wrappers.ts'

/**
 * A fresh chain for one choice: thought, calls, wrappers, stop texts, without what the engine or the request leaves
 * nothing to do. A bare text has stop texts alone.
 */
export function decoderFor(request: ChatRequest, choice: number, newId: () => string): Decoder {
  const { thinking, calls, wrappers } = isBareText(request) ? bare : request.model.dialect
  const tools = request.tools.mode === 'none' ? [] : request.tools.tools
  const markup = calls === 'native' || tools.length === 0 ? null : callMarkups[calls]
  const decoders: Decoder[] = []
  if (thinking !== 'native') decoders.push(thinkingDecoder(choice, thinking, markup?.openMarks ?? []))
  if (markup !== null) decoders.push(callDecoder(markup, choice, tools, newId))
  if (tools.length > 0 && !request.parallelCalls) decoders.push(oneCallDecoder(choice))
  if (wrappers.length > 0) decoders.push(wrapperDecoder(choice, wrappers))
  if (request.stop.length > 0) decoders.push(stopDecoder(choice, request.stop))
  return decoders.reduce(chain, (event) => [event])
}

/** What a text as it stands has of a dialect. */
const bare = { thinking: 'native', calls: 'native', wrappers: [] } as const

function chain(first: Decoder, second: Decoder): Decoder {
  return (event) => {
    const said: ChatEvent[] = []
    for (const between of first(event)) for (const one of second(between)) said.push(one)
    return said
  }
}

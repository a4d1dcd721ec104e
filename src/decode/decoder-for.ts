import type { Decoder } from '../chat/decoder.ts'
import type { ChatEvent } from '../chat/event.ts'
import type { ChatRequest } from '../chat/request.ts'
import { hermesDecoder, openMark } from './calls/hermes.ts'
import { stopDecoder } from './stop.ts'
import { thinkingDecoder } from './thinking.ts'

/** A fresh chain for one choice: thought, calls, stop texts, without what the engine or the request leaves nothing to do. */
export function decoderFor(request: ChatRequest, choice: number, newId: () => string): Decoder {
  const { dialect } = request.model
  const calls = dialect.calls !== 'native' && request.tools.mode !== 'none'
  const decoders: Decoder[] = []
  if (dialect.thinking !== 'native') {
    decoders.push(thinkingDecoder(choice, dialect.thinking, calls ? [openMark] : []))
  }
  if (calls) decoders.push(hermesDecoder(choice, toolNames(request), newId))
  if (request.stop.length > 0) decoders.push(stopDecoder(choice, request.stop))
  return decoders.reduce(chain, (event) => [event])
}

function toolNames({ tools }: ChatRequest): ReadonlySet<string> {
  return new Set(tools.mode === 'none' ? [] : tools.tools.map(({ name }) => name))
}

function chain(first: Decoder, second: Decoder): Decoder {
  return (event) => {
    const said: ChatEvent[] = []
    for (const between of first(event)) for (const one of second(between)) said.push(one)
    return said
  }
}

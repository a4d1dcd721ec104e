import type { Decoder } from '../chat/decoder.ts'
import type { ChatEvent } from '../chat/event.ts'
import { Failure } from '../chat/failure.ts'
import type { ChatRequest } from '../chat/request.ts'
import { decoderFor } from './decoder-for.ts'

/**
 * What an engine says, with thought, calls and stop texts told apart. Each choice ends with one `finish`; after the last
 * of them the engine is read no further and its iterator is returned.
 * Throws what the engine throws, and `engine-lost` when it ends before every choice has finished.
 */
export async function* decode(
  events: AsyncIterable<ChatEvent>,
  request: ChatRequest,
  newId: () => string,
): AsyncGenerator<ChatEvent, void> {
  const decoders = Array.from({ length: request.choices }, (_, choice) => decoderFor(request, choice, newId))
  let unfinished = request.choices
  for await (const event of events) {
    const decoder = decoders[event.choice] ?? ended
    for (const said of decoder(event)) {
      yield said
      if (said.type !== 'finish') continue
      decoders[event.choice] = ended
      if (--unfinished === 0) return
      break
    }
  }
  throw new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.')
}

/** For a choice that has finished, or that nobody asked for. */
const ended: Decoder = () => []

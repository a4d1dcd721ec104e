import type { Decoder } from '../chat/decoder.ts'
import type { Batch, ChatEvent } from '../chat/event.ts'
import { Failure } from '../chat/failure.ts'
import type { ChatRequest } from '../chat/request.ts'
import { through, type Through } from '../chat/through.ts'
import { decoderFor } from './decoder-for.ts'

/**
 * What an engine says, with thought, calls and stop texts told apart. Each choice ends with one `finish`; after the last
 * of them the engine is read no further and its iterator is returned.
 * Throws what the engine throws, and `engine-lost` when it ends before every choice has finished.
 */
export function decode(
  batches: AsyncIterable<Batch>,
  request: ChatRequest,
  newId: () => string,
): Through<Batch> {
  const decoders = Array.from({ length: request.choices }, (_, choice) => decoderFor(request, choice, newId))
  let unfinished = request.choices

  function read(event: ChatEvent, said: ChatEvent[]): void {
    for (const one of (decoders[event.choice] ?? ended)(event)) {
      said.push(one)
      if (one.type !== 'finish') continue
      decoders[event.choice] = ended
      unfinished--
      return
    }
  }

  return through(batches, {
    take(batch) {
      const said: ChatEvent[] = []
      for (const event of batch) read(event, said)
      return said.length > 0 ? said : null
    },
    isWhole: () => unfinished === 0,
    over({ kind }) {
      if (kind === 'ended' && unfinished > 0)
        throw new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.')
    },
  })
}

/** For a choice that has finished, or that nobody asked for. */
const ended: Decoder = () => []

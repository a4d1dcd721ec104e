import { Failure } from '../../chat/failure.ts'
import type { Time } from './time.ts'

/** How long an engine may be silent, in milliseconds. */
export interface Patience {
  readonly firstEvent: number
  readonly nextEvent: number
}

/**
 * The events of an engine, which is left when it is silent for too long; that throws `engine-lost`. The time that the
 * reader takes is not the engine's.
 */
export async function* patiently<Event>(
  ask: (signal: AbortSignal) => AsyncIterable<Event>,
  { firstEvent, nextEvent }: Patience,
  { after }: Time,
  signal: AbortSignal,
): AsyncGenerator<Event, void> {
  const silent = new AbortController()
  const events = ask(AbortSignal.any([signal, silent.signal]))[Symbol.asyncIterator]()
  let limit = firstEvent
  try {
    for (;;) {
      const cancel = after(limit, () => silent.abort(tooSilent(limit)))
      const result = await events.next().finally(cancel)
      if (result.done === true) return
      yield result.value
      limit = nextEvent
    }
  } finally {
    await events.return?.()
  }
}

function tooSilent(ms: number): Failure {
  return new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.', {
    cause: `silent for ${ms} ms`,
  })
}

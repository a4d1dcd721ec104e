import type { Engine } from '../chat/engine.ts'
import type { Batch, ChatEvent } from '../chat/event.ts'
import { Failure } from '../chat/failure.ts'
import type { Prompt } from '../chat/request.ts'

/** An engine that says what it was told to say: for tests, benches and demos. `recording` may throw a `Failure`. */
export function recordedEngine(recording: (prompt: Prompt) => Iterable<ChatEvent>): Engine {
  let running = 0
  let closed = false

  async function* answer(prompt: Prompt, signal: AbortSignal): AsyncGenerator<Batch, void> {
    running += prompt.choices
    try {
      for (const event of recording(prompt)) {
        check(signal)
        yield [event]
      }
      check(signal)
    } finally {
      running -= prompt.choices
    }
  }

  function check(signal: AbortSignal): void {
    signal.throwIfAborted()
    if (closed) throw new Failure('overloaded', 'The server is stopping. Please try again later.')
  }

  return {
    answer,
    async count(prompt, signal) {
      check(signal)
      const [first] = recording(prompt)
      return { count: first?.type === 'prompt' ? first.tokens : 0, ids: [] }
    },
    embed: () => Promise.reject(new Failure('internal', 'A recording holds no vectors.')),
    state: () => ({ status: 'ready', reason: '', running, waiting: 0 }),
    close() {
      closed = true
      return Promise.resolve()
    },
  }
}

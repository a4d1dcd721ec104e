import { Failure } from '../../chat/failure.ts'
import type { Time } from './time.ts'

/** How long an engine may be silent, in milliseconds. */
export interface Patience {
  readonly firstEvent: number
  readonly nextEvent: number
}

/** Somebody waits for an engine. */
export interface Waiting {
  /** Aborts when the waiting one leaves, and with `engine-lost` when the engine is silent for too long. */
  readonly signal: AbortSignal
  /** The engine has said something. The time that follows is not its own. */
  heard(): void
  /** It is waited for again. */
  goesOn(): void
  /** To be called however it ended. */
  over(): void
}

/** Waits from now on. */
export function waitFor({ firstEvent, nextEvent }: Patience, { after }: Time, signal: AbortSignal): Waiting {
  const leaving = new AbortController()
  const leave = () => leaving.abort(signal.reason)
  const wait = (ms: number) => after(ms, () => leaving.abort(tooSilent(ms)))
  let stop = wait(firstEvent)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave)
  return {
    signal: leaving.signal,
    heard: () => stop(),
    goesOn: () => void (stop = wait(nextEvent)),
    over() {
      stop()
      signal.removeEventListener('abort', leave)
    },
  }
}

function tooSilent(ms: number): Failure {
  return new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.', {
    cause: `silent for ${ms} ms`,
  })
}

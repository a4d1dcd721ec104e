/** Time and chance, as they are handed in. */
export interface Time {
  /** Milliseconds since some moment. */
  readonly now: () => number
  /** Calls `run` in so many milliseconds; gives what prevents that. */
  readonly after: (ms: number, run: () => void) => () => void
  /** A number in [0, 1). */
  readonly random: () => number
}

/** Resolves in so many milliseconds. Rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, { after }: Time, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const leave = () => {
      cancel()
      reject(signal.reason)
    }
    const cancel = after(ms, () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
    signal.addEventListener('abort', leave, { once: true })
  })
}

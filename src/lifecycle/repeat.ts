export interface Repeated {
  /** Does it as soon as what is under way is done. */
  now(): void
  /** Waits for what is under way. */
  close(): Promise<void>
}

/** Does `work` again and again, `pause` milliseconds after it was done, or at once where it says that there is more. */
export function repeat(
  after: (milliseconds: number, run: () => void) => () => void,
  pause: number,
  work: () => Promise<boolean>,
  failed: (error: unknown) => void,
): Repeated {
  let closed = false
  let running = Promise.resolve()
  let wait = after(pause, start)

  function start(): void {
    wait()
    running = running.then(async () => {
      if (closed) return
      const more = await work().catch((error: unknown) => {
        failed(error)
        return false
      })
      wait()
      if (!closed) wait = after(more ? 0 : pause, start)
    })
  }

  return {
    now: start,
    close() {
      closed = true
      wait()
      return running
    },
  }
}

export interface WatchdogOptions {
  /** Milliseconds of silence that are too many. */
  readonly silence: number
  /** Whether there is anything to be heard of at all. */
  isWorking(): boolean
  /** Runs something later; gives what calls it off. */
  after(ms: number, run: () => void): () => void
  alarm(): void
}

/** Into how many ticks the silence is divided. */
const ticks = 4

/**
 * Notices when what is at work falls silent. It counts its own ticks and reads no clock: a terminal that was stopped for an
 * hour, with all its processes, comes back one tick later and not an hour. Silent ticks add up over several pieces of
 * work, so that callers who give up early do not hide that nothing answers.
 */
export class Watchdog {
  readonly #options: WatchdogOptions
  #missed = 0
  #callOff: (() => void) | null = null

  constructor(options: WatchdogOptions) {
    this.#options = options
  }

  /** Watches until there is no work. */
  start(): void {
    this.#callOff ??= this.#options.after(this.#options.silence / ticks, () => this.#tick())
  }

  heard(): void {
    this.#missed = 0
  }

  /** Watches no more, and forgets what it has missed. */
  stop(): void {
    this.#callOff?.()
    this.#callOff = null
    this.#missed = 0
  }

  #tick(): void {
    this.#callOff = null
    if (!this.#options.isWorking()) return
    this.#missed += 1
    if (this.#missed === ticks) this.#options.alarm()
    else this.start()
  }
}

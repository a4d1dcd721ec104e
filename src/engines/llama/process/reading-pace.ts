/** Milliseconds that a step may take for prompts where no answer waits: as long as a new or leaving caller goes unheard. */
const longestReading = 1000
/** Fewer tokens at once are hardly read faster, and take as much of a step for each as twice the number. */
export const smallestChunk = 16
/** What is read at once before anything was measured. */
const firstChunk = 32

/**
 * How many tokens of prompts fit into a step, by what reading took lately. `patience` is the knob: the milliseconds that
 * reading may add to a step in which answers wait for their next token. Where not even the smallest chunk fits into that,
 * a step takes as long as that chunk does.
 */
export class ReadingPace {
  readonly #patience: number
  #msPerToken = 0
  /** What the last step took in which nothing but answers was fed. */
  #msOfAnswers = 0

  constructor(patience: number) {
    this.#patience = patience
  }

  /** Most tokens of prompts in the next step. */
  chunk(answersWait: boolean): number {
    const ms = answersWait ? this.#patience : longestReading
    return this.#msPerToken === 0 ? firstChunk : Math.max(smallestChunk, Math.floor(ms / this.#msPerToken))
  }

  /** A step has taken so long, in which so many tokens of prompts were read. */
  note(read: number, answersWaited: boolean, ms: number): void {
    if (read === 0) this.#msOfAnswers = ms
    if (read < smallestChunk) return
    const each = Math.max(0, ms - (answersWaited ? this.#msOfAnswers : 0)) / read
    this.#msPerToken = this.#msPerToken === 0 ? each : this.#msPerToken * 0.7 + each * 0.3
  }
}

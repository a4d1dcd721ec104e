/** Milliseconds that a step may take for prompts where no answer waits: as long as a new or leaving caller goes unheard. */
const longestReading = 1000
/** Fewer tokens take as much of a step for each as twice the number. */
const narrowest = 16
/** From so many tokens on ggml's attention on the CPU goes a faster way, several times as fast over a long context. */
const wide = 64
/** After so many wide chunks in a row the narrow one is tried again: the context may have become shorter. */
const triesAgain = 16

/**
 * How many tokens of prompts a step reads, by what reading took lately. `patience` is the knob: the milliseconds that
 * reading may add to a step in which answers wait for their next token. Where not even a narrow chunk fits into that, the
 * narrowest is read, or a wide one where that takes less than twice as long.
 */
export class ReadingPace {
  readonly #patience: number
  readonly #narrow = new Speed()
  readonly #wide = new Speed()
  /** What the last step took in which nothing but answers was fed. */
  #msOfAnswers = 0
  #wideInARow = 0

  constructor(patience: number) {
    this.#patience = patience
  }

  /** Most tokens of prompts in the next step. */
  chunk(answersWait: boolean): number {
    if (!answersWait) return Math.max(wide, this.#wide.tokensIn(longestReading))
    const tokens = this.#wide.tokensIn(this.#patience)
    const isNew = this.#narrow.isKnown && !this.#wide.isKnown
    if (isNew || tokens >= wide) return Math.max(wide, tokens)
    const fewer = this.#narrow.tokensIn(this.#patience)
    if (fewer >= narrowest) return Math.min(fewer, wide - 1)
    return this.#wide.msFor(wide) < 2 * this.#narrow.msFor(narrowest) ? wide : narrowest
  }

  /** A step has taken so long, in which so many tokens of prompts were read. */
  note(read: number, answersWaited: boolean, ms: number): void {
    if (read === 0) this.#msOfAnswers = ms
    // The rest of a prompt, which says little of the others.
    if (read < narrowest) return
    this.#wideInARow = read < wide ? 0 : this.#wideInARow + 1
    if (this.#wideInARow % triesAgain === triesAgain - 1) this.#narrow.forget()
    const speed = read < wide ? this.#narrow : this.#wide
    speed.note(read, Math.max(0, ms - (answersWaited ? this.#msOfAnswers : 0)))
  }
}

class Speed {
  #msPerToken: number | null = null

  get isKnown(): boolean {
    return this.#msPerToken !== null
  }

  forget(): void {
    this.#msPerToken = null
  }

  note(tokens: number, ms: number): void {
    const now = ms / tokens
    this.#msPerToken = this.#msPerToken === null ? now : (this.#msPerToken + now) / 2
  }

  /** 0 before anything was measured. */
  tokensIn(ms: number): number {
    return this.#msPerToken === null ? 0 : Math.floor(ms / this.#msPerToken)
  }

  /** 0 before anything was measured. */
  msFor(tokens: number): number {
    return (this.#msPerToken ?? 0) * tokens
  }
}

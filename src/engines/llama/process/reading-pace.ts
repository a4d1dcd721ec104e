/** Milliseconds that a step may take for prompts where no answer waits: as long as a new or leaving caller goes unheard. */
const longestReading = 1000
/** Fewer tokens take as much of a step for each as twice the number. */
const narrowest = 16
/**
 * Where a batch has so many tokens ggml's attention on the CPU takes as many at once, several times as fast over a long
 * context. For the last ones, which are fewer, it takes as long as for that many.
 */
const tile = 64
/** A last tile that is emptier than this says little of what full ones take. */
const mostMissing = 16
/** After so many wide chunks in a row the narrow one is tried again: the context may have become shorter. */
const triesAgain = 16

/**
 * How many tokens of prompts a step reads, by what reading took lately. `patience` is the knob: the milliseconds that
 * reading may add to a step in which answers wait for their next token. A wide chunk fills its batch, answers and all, to
 * whole tiles. Where none fits into the patience, the least one is read all the same if it takes at most twice that, or twice
 * as long as the narrowest one, and is faster by half; else a narrow one.
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

  /** Most tokens of prompts in the next step, beside so many of answers. */
  chunk(answers: number): number {
    if (answers === 0) return Math.max(tile, fill(this.#wide.tokensIn(longestReading), 0))
    const least = fill(narrowest + tile - 1, answers)
    const most = Math.max(least, fill(this.#wide.tokensIn(this.#patience), answers))
    const fewer = this.#narrow.tokensIn(this.#patience)
    const mostNarrow = tile - 1 - answers
    const isNew = this.#narrow.isKnown && !this.#wide.isKnown
    if (isNew || this.#wide.tokensIn(this.#patience) >= least || Math.max(narrowest, fewer) > mostNarrow)
      return most
    const limit = 2 * Math.max(this.#patience, this.#narrow.msPerToken * narrowest)
    const isFast = 1.5 * this.#wide.msPerToken < this.#narrow.msPerToken
    return isFast && this.#wide.msPerToken * least <= limit ? least : Math.max(narrowest, fewer)
  }

  /** A step has taken so long, in which so many tokens of prompts were read beside so many of answers. */
  note(read: number, answers: number, ms: number): void {
    if (read === 0) this.#msOfAnswers = ms
    // The rest of a prompt, which says little of the others.
    if (read < narrowest) return
    const isWide = read + answers >= tile
    this.#wideInARow = isWide ? this.#wideInARow + 1 : 0
    if (this.#wideInARow % triesAgain === triesAgain - 1) this.#narrow.forget()
    const missing = fill(read + tile - 1, answers) - read
    if (isWide && missing > mostMissing && this.#wide.isKnown) return
    const speed = isWide ? this.#wide : this.#narrow
    speed.note(read, Math.max(0, ms - (answers > 0 ? this.#msOfAnswers : 0)))
  }
}

/** As many of so many tokens of prompts as fill tiles beside those of answers. */
function fill(tokens: number, answers: number): number {
  return Math.floor((tokens + answers) / tile) * tile - answers
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
  get msPerToken(): number {
    return this.#msPerToken ?? 0
  }
}

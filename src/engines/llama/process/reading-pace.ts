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
/** After so many chunks of one kind in a row the other is tried again: the context may have become shorter, or longer. */
const triesAgain = 16

/**
 * How many tokens of prompts a step reads, by what reading took lately, and when it is the answers' turn. A step is for
 * prompts or for answers, never for both: attention pays in each tile for the cells of every sequence in it, and a chunk
 * with sixteen answers takes half as long again as one after the other.
 *
 * `patience` is the knob: the milliseconds that answers wait between two of their steps for each prompt that waits to be
 * read, up to `longestReading` for all. Where many wait, answers come in fewer and larger steps, which is what brings the
 * first tokens soonest and costs least. What fits into it is read in whole tiles, as many as come nearest. Where not even
 * one fits, it is read all the same if it is faster than a narrow chunk by as much as it is longer than the patience, or
 * than the narrowest chunk, and at most twice as long; else a narrow one.
 */
export class ReadingPace {
  readonly #patience: number
  readonly #narrow = new Speed()
  readonly #wide = new Speed()
  /** What reading took since answers had their last step. */
  #waited = 0
  #kind: 'narrow' | 'wide' = 'narrow'
  #inARow = 0

  constructor(patience: number) {
    this.#patience = patience
  }

  /** Most tokens in the next step, if it is for some of so many prompts; 0 where it is the turn of so many answers. */
  chunk(prompts: number, answers: number): number {
    if (answers === 0) return wholeTiles(this.#wide.tokensIn(longestReading))
    const patience = Math.min(longestReading, this.#patience * prompts)
    const tokens = this.#wide.tokensIn(patience - this.#waited)
    if (this.#waited > 0 && tokens < tile) return 0
    const isNew = this.#narrow.isKnown && !this.#wide.isKnown
    if (isNew || tokens >= tile) return wholeTiles(tokens)
    const longest = Math.max(patience, this.#narrow.msPerToken * narrowest)
    const gain = Math.min(2, this.#narrow.msPerToken / this.#wide.msPerToken)
    if (this.#wide.msPerToken * tile <= gain * longest) return tile
    return Math.min(tile - 1, Math.max(narrowest, this.#narrow.tokensIn(patience)))
  }

  /** With how many more tokens a step that reads so many takes clearly less time: as many as fill the tile, or none. */
  padding(tokens: number): number {
    const isWorth =
      this.#wide.isKnown && 1.2 * this.#wide.msPerToken * tile < this.#narrow.msPerToken * tokens
    return tokens < tile && isWorth ? tile - tokens : 0
  }

  /** What so many tokens of a prompt take, read alone. 0 before anything was measured. */
  msFor(tokens: number): number {
    return (this.#wide.isKnown ? this.#wide : this.#narrow).msPerToken * tokens
  }

  /** A step has taken so long, in which so many tokens of prompts were read; 0 where it was one of answers. */
  note(read: number, answersWaited: boolean, ms: number): void {
    this.#waited = read > 0 && answersWaited ? this.#waited + ms : 0
    // The rest of a prompt, which says little of the others.
    if (read < narrowest) return
    const kind = read < tile ? 'narrow' : 'wide'
    this.#inARow = kind === this.#kind ? this.#inARow + 1 : 1
    this.#kind = kind
    const [own, other] = kind === 'narrow' ? [this.#narrow, this.#wide] : [this.#wide, this.#narrow]
    if (this.#inARow % triesAgain === 0) other.forget()
    const missing = (tile - (read % tile)) % tile
    if (kind === 'narrow' || missing <= mostMissing || !own.isKnown) own.note(read, ms)
  }
}

/** As many whole tiles as come nearest; infinity stays what it is. */
function wholeTiles(tokens: number): number {
  return Math.max(1, Math.round(tokens / tile)) * tile
}

class Speed {
  #msPerToken: number | null = null

  get isKnown(): boolean {
    return this.#msPerToken !== null
  }

  /** 0 before anything was measured. */
  get msPerToken(): number {
    return this.#msPerToken ?? 0
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
}

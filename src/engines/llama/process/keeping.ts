import type { Holder } from './holder.ts'
import { commonPrefix } from './holder.ts'

/** A sequence was worth keeping when so much of it was used again. */
const worthwhile = 1 / 4
const leastTrust = 1 / 32
/** How many sequences that were given up as worthless are remembered. */
const remembered = 64

/**
 * How long to keep what sequences leave. To look past its cells costs others time; to keep it until that has cost as much
 * as reading it again is never worse than twice the best choice. Where nothing is ever used again that is still too much,
 * so the time shrinks with every sequence that was kept for nothing, and grows with every one that was of use, or that a
 * prompt shows would have been.
 */
export class Keeping {
  readonly #most: number
  #trust = 1
  /** The tokens of what was given up, without cells. */
  #worthless: Holder[] = []

  /** `most`: after so many tokens of others a cell has cost as much as reading its token again. */
  constructor(most: number) {
    this.#most = most
  }

  /** For how many tokens of others to keep something. */
  get tokens(): number {
    return this.#most * this.#trust
  }

  /** A prompt has come, and so much of what `holder` had was used for it. */
  used(holder: Holder, length: number): void {
    if (length >= holder.fed * worthwhile) this.#trust = Math.min(1, this.#trust * 2)
  }

  /** A prompt has come, of which no more than `found` tokens were there. */
  asked(tokens: readonly number[], found: number): void {
    const missed = this.#worthless.filter((holder) => {
      const length = commonPrefix(holder, tokens)
      return length > found && length >= holder.fed * worthwhile
    })
    if (missed.length === 0) return
    this.#trust = 1
    this.#worthless = this.#worthless.filter((holder) => !missed.includes(holder))
  }

  /** It was kept as long as that was worth it, for nothing. */
  givenUp({ slot, tokens, fed }: Holder): void {
    this.#trust = Math.max(leastTrust, this.#trust * 0.75)
    this.#worthless = [...this.#worthless, { slot, tokens, fed }].slice(-remembered)
  }
}

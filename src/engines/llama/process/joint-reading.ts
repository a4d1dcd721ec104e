import { commonPrefix } from './holder.ts'
import type { PrefixCache } from './prefix-cache.ts'
import type { Sequence } from './sequence.ts'

/** Tokens that are worth waiting for: fewer are read sooner than another sequence gets to them. */
const worthWaiting = 32

interface Wait {
  readonly leader: Sequence
  /** How many tokens the two have in common, as far as they are of use to the one that waits. */
  readonly upTo: number
}

/**
 * Reads once what several sequences begin with alike: all but the first of them wait until that one has read it, and share
 * its cells. Twins, whose prompts are the same to the end, also choose their first token from the same logits: the choices
 * of one request, or equal requests.
 */
export class JointReading {
  readonly #cache: PrefixCache
  readonly #waits = new Map<Sequence, Wait>()

  constructor(cache: PrefixCache) {
    this.#cache = cache
  }

  /** Has a sequence wait if one of the `earlier` ones is about to read more of its tokens than it holds. */
  join(sequence: Sequence, earlier: readonly Sequence[]): void {
    let best: Wait | null = null
    for (const leader of earlier) {
      const upTo = this.#shared(leader, sequence)
      if (upTo > Math.max(leader.fed, best?.upTo ?? 0)) best = { leader, upTo }
    }
    if (best !== null) this.#waits.set(sequence, best)
  }

  get isIdle(): boolean {
    return this.#waits.size === 0
  }

  waits(sequence: Sequence): boolean {
    return this.#waits.has(sequence)
  }

  /** After a step: whoever has waited long enough shares its leader's cells. Gives the twins among them. */
  catchUp(): Map<Sequence, Sequence> {
    const twins = new Map<Sequence, Sequence>()
    for (const [sequence, { leader, upTo }] of this.#waits) {
      if (leader.fed < upTo) continue
      this.#share(sequence, leader, upTo)
      if (sequence.pending === 0) twins.set(sequence, leader)
    }
    return twins
  }

  /** Those that waited for a sequence which leaves take what it has read, and wait for another one, or no more. */
  leave(left: Sequence, running: readonly Sequence[]): void {
    this.#waits.delete(left)
    for (const [sequence, { leader, upTo }] of this.#waits) {
      if (leader !== left) continue
      this.#share(sequence, leader, Math.min(leader.fed, upTo))
      // A leader is always the earlier one, so that no two wait for each other.
      this.join(sequence, running.slice(0, running.indexOf(sequence)))
    }
  }

  #share(sequence: Sequence, leader: Sequence, length: number): void {
    this.#waits.delete(sequence)
    if (length > sequence.fed && this.#cache.canShare(leader, length))
      sequence.fed = this.#cache.copy(leader, sequence.slot, length)
  }

  #shared(leader: Sequence, sequence: Sequence): number {
    const { tokens } = leader
    const common = commonPrefix({ tokens, fed: tokens.length }, sequence.tokens)
    const areTwins = leader.isSilent && sequence.isSilent && common === tokens.length
    if (areTwins && common === sequence.tokens.length) return common
    const most = Math.min(common, sequence.tokens.length - 1)
    return most >= sequence.fed + worthWaiting ? most : 0
  }
}

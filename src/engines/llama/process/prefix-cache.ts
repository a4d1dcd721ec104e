import type { Holder } from './holder.ts'
import { commonPrefix } from './holder.ts'
import { Keeping } from './keeping.ts'
import type { KvCache } from './kv-cache.ts'

interface Kept extends Holder {
  fed: number
  /** Dropped when so many tokens have passed in all. */
  readonly until: number
}

/**
 * Deals out the slots of the KV cache, and keeps in them what sequences leave until the room is needed, so that a later
 * one that begins alike need not read it again. Reuse is exact: a cell is used only after the very tokens, from the first
 * one on, that it was made after. Cells of an answer whose thought a template leaves out later are therefore of no use in
 * the next turn, moved or not: all layers but the first have seen the thought. What is reused ends where that turn began.
 *
 * What was left is given up, the least recently used first and each from its end, when a running sequence needs cells
 * or a slot; and whole when keeping it has cost others more than it promises to save (`Keeping`).
 */
export class PrefixCache {
  readonly #cache: KvCache
  readonly #free: number[]
  /** The least recently used first. */
  readonly #kept: Kept[] = []
  readonly #keeping: Keeping
  #passed = 0

  constructor(cache: KvCache) {
    this.#cache = cache
    this.#keeping = new Keeping(cache.tokensWorthKeeping)
    this.#free = Array.from({ length: cache.slots }, (_, slot) => slot)
  }

  /**
   * Gives a slot, and how many of `tokens` it holds already: the longest beginning that a kept or running sequence
   * shares with them, but never the last one, which has to be read for what follows it. There must be a slot that is not running.
   */
  take(tokens: readonly number[], running: readonly Holder[]): { slot: number; fed: number } {
    const kept = this.#longest(this.#kept, tokens)
    const shared = this.#longest(running, tokens)
    this.#keeping.asked(tokens, Math.max(kept?.length ?? 0, shared?.length ?? 0))
    if (shared !== null && shared.length > (kept?.length ?? 0)) {
      const slot = this.#emptySlot()
      return { slot, fed: this.copy(shared.holder, slot, shared.length) }
    }
    if (kept === null) return { slot: this.#emptySlot(), fed: 0 }
    const { holder, length } = kept
    this.#keeping.used(holder, length)
    this.#kept.splice(this.#kept.indexOf(holder), 1)
    const isOnly = this.#kept.length === 0 && this.#free.length === 0
    if (isOnly || length === holder.fed)
      return { slot: holder.slot, fed: this.#cut(holder, holder.slot, length) }
    const slot = this.#emptySlot()
    this.#push(holder)
    return { slot, fed: this.copy(holder, slot, length) }
  }

  /** Has `slot` hold the first `length` tokens of another one. Gives how many it holds then: `length`, or none. */
  copy(from: Holder, slot: number, length: number): number {
    this.#cache.copy(from.slot, slot)
    return this.#cut(from, slot, length)
  }

  /** Whether the first `length` tokens of a holder can be had without the rest. */
  canShare(holder: Holder, length: number): boolean {
    return length === holder.fed || (length < holder.fed && this.#cache.canCut(holder.slot))
  }

  /** Takes over what a sequence that leaves its slot holds. */
  keep(left: Holder): void {
    const longer = this.#kept.find((kept) => this.#covers(kept, left))
    if (longer !== undefined) {
      this.#kept.splice(this.#kept.indexOf(longer), 1)
      this.#push(longer)
    }
    // llama.cpp has the last word on what is there; a cell too many or too few would spoil whatever reuses it.
    const isThere = left.fed > 0 && this.#cache.length(left.slot) === left.fed
    if (!isThere || longer !== undefined) return this.#drop(left)
    for (const kept of this.#kept.filter((each) => this.#covers(left, each))) this.#drop(kept)
    this.#push(left)
  }

  /** Gives up some of what is kept. False when nothing is. */
  makeRoom(cells: number): boolean {
    const [oldest] = this.#kept
    if (oldest === undefined) return false
    const rest = oldest.fed - cells
    if (rest > 0 && this.#cache.canCut(oldest.slot) && this.#cache.cut(oldest.slot, rest)) oldest.fed = rest
    else this.#drop(oldest)
    return true
  }

  /** So many tokens were decoded of answers and of prompts; those of prompts look past a cell in a quarter of the time. */
  pass(said: number, read: number): void {
    this.#passed += said + read / 4
    for (const kept of this.#kept.filter(({ until }) => until <= this.#passed)) {
      this.#keeping.givenUp(kept)
      this.#drop(kept)
    }
  }

  #longest<Any extends Holder>(
    holders: readonly Any[],
    tokens: readonly number[],
  ): { holder: Any; length: number } | null {
    let best: { holder: Any; length: number } | null = null
    for (const holder of holders) {
      const length = Math.min(tokens.length - 1, commonPrefix(holder, tokens))
      if (length > (best?.length ?? 0) && this.canShare(holder, length)) best = { holder, length }
    }
    return best
  }

  #cut(from: Holder, slot: number, length: number): number {
    if (length === from.fed || this.#cache.cut(slot, length)) return length
    this.#cache.clear(slot)
    return 0
  }

  #covers(longer: Holder, shorter: Holder): boolean {
    return commonPrefix(longer, shorter.tokens) >= shorter.fed && this.canShare(longer, shorter.fed)
  }

  #push({ slot, tokens, fed }: Holder): void {
    this.#kept.push({ slot, tokens, fed, until: this.#passed + this.#keeping.tokens })
  }

  #emptySlot(): number {
    const [oldest] = this.#kept
    if (this.#free.length === 0 && oldest !== undefined) this.#drop(oldest)
    const slot = this.#free.pop()
    if (slot === undefined) throw new RangeError('More sequences run than there are slots.')
    return slot
  }

  #drop(holder: Holder): void {
    const index = this.#kept.findIndex((kept) => kept.slot === holder.slot)
    if (index !== -1) this.#kept.splice(index, 1)
    this.#cache.clear(holder.slot)
    this.#free.push(holder.slot)
  }
}

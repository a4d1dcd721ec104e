import type { Holder } from './holder.ts'
import { commonPrefix } from './holder.ts'
import type { KvCache } from './kv-cache.ts'
import { Shelf } from './shelf.ts'

interface Kept extends Holder {
  fed: number
  /** Gives up its cells when so many tokens have passed in all. */
  readonly until: number
}

/** After so many tokens of others, to look past a cell has cost as much as saving it and putting it back. */
const tokensUntilSaved = 32
/** So much is saved in a millisecond. */
const bytesInAMs = 1.5e6

/**
 * Deals out the slots of the KV cache, and keeps what sequences leave, so that a later one that begins alike need not read
 * it again. Reuse is exact: a cell is used only after the very tokens, from the first one on, that it was made after. Cells
 * of an answer whose thought a template leaves out later are therefore of no use in the next turn, moved or not: all layers
 * but the first have seen the thought. What is reused ends where that turn began.
 *
 * What was left stays in its cells for a short while, then goes to the shelf: to keep it until that has cost as much as
 * saving it is never worse than twice the best choice. Where nothing runs it goes at once, which costs nobody anything. The
 * least recently used goes sooner, from its end, when a running sequence needs cells or a slot. What cannot be saved stays
 * until that has cost as much as reading it again.
 */
export class PrefixCache {
  readonly #cache: KvCache
  readonly #shelf: Shelf
  readonly #free: number[]
  /** The least recently used first. */
  readonly #kept: Kept[] = []
  readonly #patience: number
  #passed = 0

  /** `shelfBytes`: what may be kept outside the KV cache. */
  constructor(cache: KvCache, shelfBytes: number) {
    this.#cache = cache
    const saves = cache.canSave && shelfBytes > 0
    this.#shelf = new Shelf(cache, saves ? shelfBytes : 0)
    this.#patience = saves ? tokensUntilSaved : cache.tokensWorthKeeping
    this.#free = Array.from({ length: cache.slots }, (_, slot) => slot)
  }

  /**
   * Gives a slot, and how many of `tokens` it holds already: the longest beginning that a kept or running sequence or the
   * shelf has of them, but never the last one, which has to be read for what follows it. There must be a slot that is not
   * running.
   */
  take(tokens: readonly number[], running: readonly Holder[]): { slot: number; fed: number } {
    const { slot, fed } = this.#share(tokens, running)
    return { slot, fed: this.#putBack(tokens, slot, fed) }
  }

  #share(tokens: readonly number[], running: readonly Holder[]): { slot: number; fed: number } {
    const kept = this.#longest(this.#kept, tokens)
    const shared = this.#longest(running, tokens)
    if (shared !== null && shared.length > (kept?.length ?? 0)) {
      const slot = this.#emptySlot()
      return { slot, fed: this.copy(shared.holder, slot, shared.length) }
    }
    if (kept === null) return { slot: this.#emptySlot(), fed: 0 }
    const { holder, length } = kept
    this.#kept.splice(this.#kept.indexOf(holder), 1)
    const isOnly = this.#kept.length === 0 && this.#free.length === 0
    if (isOnly) this.#shelf.put(holder)
    if (isOnly || length === holder.fed)
      return { slot: holder.slot, fed: this.#cut(holder, holder.slot, length) }
    const slot = this.#emptySlot()
    this.#push(holder)
    return { slot, fed: this.copy(holder, slot, length) }
  }

  #putBack(tokens: readonly number[], slot: number, held: number): number {
    let fed = held
    for (const { state, end } of this.#shelf.find(tokens.slice(0, -1), held)) {
      while (!this.#cache.load(slot, state, fed, end)) if (!this.makeRoom(end - fed)) return fed
      fed = end
    }
    return fed
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

  /** Gives up some of the cells that are kept. False when none are. */
  makeRoom(cells: number): boolean {
    const [oldest] = this.#kept
    if (oldest === undefined) return false
    this.#shelf.put(oldest)
    const rest = oldest.fed - cells
    if (rest > 0 && this.#cache.canCut(oldest.slot) && this.#cache.cut(oldest.slot, rest)) oldest.fed = rest
    else this.#drop(oldest)
    return true
  }

  /**
   * A step has taken `ms`, in which so many tokens of answers and of prompts were decoded; those of prompts look past a cell
   * in a quarter of the time. What is saved before the next step has answers wait for a tenth as long.
   */
  pass(said: number, read: number, ms: number, answersWait: boolean): void {
    this.#passed += said + read / 4
    const isDue = (kept: Kept | undefined): kept is Kept => kept !== undefined && kept.until <= this.#passed
    const most = answersWait ? bytesInAMs * Math.max(10, ms / 10) : Infinity
    for (let bytes = most, [oldest] = this.#kept; isDue(oldest); [oldest] = this.#kept) {
      bytes -= this.#shelf.put(oldest, bytes)
      if (bytes <= 0) return
      this.#drop(oldest)
    }
  }

  /** Where nothing runs: moves a little of what is kept to the shelf. False when there is nothing left to move. */
  moveOut(): boolean {
    for (const kept of this.#kept) {
      if (this.#shelf.put(kept, bytesInAMs) > 0) return true
      if (!this.#shelf.has(kept)) continue
      this.#drop(kept)
      return true
    }
    return false
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
    this.#kept.push({ slot, tokens, fed, until: this.#passed + this.#patience })
  }

  #emptySlot(): number {
    const [oldest] = this.#kept
    if (this.#free.length === 0 && oldest !== undefined) {
      this.#shelf.put(oldest)
      this.#drop(oldest)
    }
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

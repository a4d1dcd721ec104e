import { commonPrefix } from './holder.ts'
import type { Holder } from './holder.ts'
import type { KvCache } from './kv-cache.ts'

/** Tokens of a block: as many as take a few milliseconds to save, so that answers need not wait for longer at a time. */
const blockTokens = 128

/** What the cells of some tokens hold that follow upon those of `parent`. Only a block that is full has others after it. */
interface Block {
  readonly parent: Block | null
  readonly tokens: readonly number[]
  readonly state: Uint8Array
  readonly next: Siblings
}

/** In the order of their tokens, of which none is the beginning of another's. */
type Siblings = Block[]

/** A block's state, and how many tokens of a sequence are there when it has been put back as far as it is of use. */
export interface Shelved {
  readonly state: Uint8Array
  readonly end: number
}

/**
 * What sequences have left, in memory outside the KV cache, where it costs nobody time: attention looks at every cell in
 * use. It stands there in blocks, as a tree by the tokens that they were made after, so that what many begin with is there
 * once. To save a token's cells and to put them back takes a hundredth of the time of reading it, or less. Where the
 * memory is full, the block that was least recently used goes, of those that no other follows.
 */
export class Shelf {
  readonly #cache: KvCache
  readonly #mostBytes: number
  readonly #first: Siblings = []
  /** The least recently used first; a block is always behind those that follow it. */
  readonly #used = new Set<Block>()
  #bytes = 0
  /** Bytes of the largest block so far. */
  #largest = 0

  constructor(cache: KvCache, mostBytes: number) {
    this.#cache = cache
    this.#mostBytes = mostBytes
  }

  /**
   * Saves what a slot holds and is not there yet, as far as there is memory for it, and gives how many bytes that took. Ends
   * with the block that makes them `most` or more.
   */
  put({ slot, tokens, fed }: Holder, most = Infinity): number {
    if (this.#mostBytes === 0 || !this.#cache.canCut(slot)) return 0
    const path: Block[] = []
    let [saved, bytes] = [0, 0]
    for (let start = 0; start < fed && saved < most; start += blockTokens) {
      const own = tokens.slice(start, Math.min(start + blockTokens, fed))
      const parent = path.at(-1) ?? null
      let block = coverOf(this.#after(parent), own)
      if (block === undefined) {
        if (bytes + this.#largest > this.#mostBytes) break
        block = this.#add(parent, own, this.#cache.save(slot, start, start + own.length))
        saved += block.state.length
      }
      bytes += block.state.length
      path.push(block)
    }
    this.#touch(path)
    while (this.#bytes > this.#mostBytes) this.#remove(this.#used.values().next().value)
    return saved
  }

  /** Whether all that a slot holds is there. */
  has({ tokens, fed }: Holder): boolean {
    return this.find(tokens.slice(0, fed), 0).at(-1)?.end === fed
  }

  /** What has to be put back, in turn, for a slot that holds the first `from` of some tokens to hold as many as are there. */
  find(tokens: readonly number[], from: number): readonly Shelved[] {
    const path: Block[] = []
    const found: Shelved[] = []
    for (let end = 0; end % blockTokens === 0;) {
      const rest = tokens.slice(end, end + blockTokens)
      const best = longest(this.#after(path.at(-1) ?? null), rest)
      if (best === null) break
      end += best.length
      path.push(best.block)
      if (end > from) found.push({ state: best.block.state, end })
    }
    this.#touch(path)
    return found
  }

  #after(parent: Block | null): Siblings {
    return parent === null ? this.#first : parent.next
  }

  /** A block that is not full goes when a longer one has all of it. */
  #add(parent: Block | null, tokens: readonly number[], state: Uint8Array): Block {
    const block = { parent, tokens, state, next: [] }
    const siblings = this.#after(parent)
    const before = siblings[placeOf(siblings, tokens) - 1]
    if (before !== undefined && shared(before, tokens) === before.tokens.length) this.#remove(before)
    siblings.splice(placeOf(siblings, tokens), 0, block)
    this.#bytes += state.length
    this.#largest = Math.max(this.#largest, state.length)
    return block
  }

  #touch(path: readonly Block[]): void {
    for (const block of path.toReversed()) {
      this.#used.delete(block)
      this.#used.add(block)
    }
  }

  #remove(block: Block | undefined): void {
    if (block === undefined) return
    const siblings = this.#after(block.parent)
    siblings.splice(siblings.indexOf(block), 1)
    this.#used.delete(block)
    this.#bytes -= block.state.length
  }
}

/** The one that has all of some tokens. */
function coverOf(siblings: Siblings, tokens: readonly number[]): Block | undefined {
  const next = siblings[placeOf(siblings, tokens)]
  return next !== undefined && shared(next, tokens) === tokens.length ? next : undefined
}

/** The one that has most of some tokens, which is a neighbour of where they would stand. */
function longest(siblings: Siblings, tokens: readonly number[]): { block: Block; length: number } | null {
  const place = placeOf(siblings, tokens)
  let best: { block: Block; length: number } | null = null
  for (const block of siblings.slice(Math.max(0, place - 1), place + 1)) {
    const length = shared(block, tokens)
    if (length > (best?.length ?? 0)) best = { block, length }
  }
  return best
}

/** How many stand before some tokens. */
function placeOf(siblings: Siblings, tokens: readonly number[]): number {
  let [from, to] = [0, siblings.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const block = siblings[middle]
    if (block !== undefined && isBefore(block, tokens)) from = middle + 1
    else to = middle
  }
  return from
}

function isBefore(block: Block, tokens: readonly number[]): boolean {
  const at = shared(block, tokens)
  return at < tokens.length && (block.tokens[at] ?? -1) < (tokens[at] ?? -1)
}

function shared({ tokens }: Block, others: readonly number[]): number {
  return commonPrefix({ tokens, fed: tokens.length }, others)
}

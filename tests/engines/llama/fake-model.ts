import type { ChosenToken } from '../../../src/chat/event.ts'
import type { KvCache } from '../../../src/engines/llama/process/kv-cache.ts'
import type { LoadedModel, Shown } from '../../../src/engines/llama/process/loaded-model.ts'

/** One token in the cache; slots that share it hold the same object. */
interface Cell {
  readonly token: number
}

export interface FakeOptions {
  readonly cells: number
  readonly slots: number
  /** Whether the end of what a slot holds can be cut off; false for a recurrent model. */
  readonly cuts: boolean
  readonly tokensWorthKeeping: number
  /** Whether it mostly says what stood nine tokens before. */
  readonly echoes: boolean
  readonly batchSize: number
}

/** A cache without numbers that breaks where llama.cpp would, or would go wrong without a sound. */
class FakeCache implements KvCache {
  readonly slots: number
  readonly tokensWorthKeeping: number
  readonly canSave: boolean
  readonly #cells: number
  readonly #cuts: boolean
  readonly #held = new Map<number, readonly Cell[]>()

  constructor({ cells, slots, cuts, tokensWorthKeeping }: Omit<FakeOptions, 'echoes' | 'batchSize'>) {
    this.#cells = cells
    this.slots = slots
    this.canSave = cuts
    this.tokensWorthKeeping = tokensWorthKeeping
    this.#cuts = cuts
  }

  get used(): number {
    return new Set([...this.#held.values()].flat()).size
  }

  length(slot: number): number {
    return this.held(slot).length
  }

  canCut(slot: number): boolean {
    return this.#cuts && this.length(slot) > 0
  }

  cut(slot: number, length: number): boolean {
    const held = this.held(slot)
    if (length >= held.length) throw new Error(`nothing to cut at ${length} of ${held.length}`)
    if (this.#cuts) this.#held.set(slot, held.slice(0, length))
    return this.#cuts
  }

  copy(from: number, to: number): void {
    if (from === to) throw new Error('a slot copied to itself')
    this.#held.set(to, this.held(from))
  }

  clear(slot: number): void {
    this.#held.delete(slot)
  }

  /** Where it begins, and its tokens, which have codes below 256. */
  save(slot: number, from: number, to: number): Uint8Array {
    const part = this.held(slot).slice(from, to)
    if (part.length !== to - from) throw new Error(`nothing to save at ${to} of ${this.length(slot)}`)
    return Uint8Array.of(from >> 8, from & 255, ...part.map(({ token }) => token))
  }

  load(slot: number, saved: Uint8Array, from: number, to: number): boolean {
    const [high = 0, low = 0, ...tokens] = saved
    if (this.used + tokens.length > this.#cells) return false
    const held = this.held(slot)
    if (held.length !== from) throw new Error(`${from} tokens in a slot of ${held.length}`)
    const start = high * 256 + low
    const part = tokens.slice(from - start, to - start).map((token) => ({ token }))
    if (part.length !== to - from) throw new Error(`${part.length} tokens where ${to - from} were saved`)
    this.#held.set(slot, [...held, ...part])
    return true
  }

  held(slot: number): readonly Cell[] {
    return this.#held.get(slot) ?? []
  }

  add(slot: number, token: number): void {
    if (slot < 0 || slot >= this.slots) throw new Error(`no slot ${slot}`)
    this.#held.set(slot, [...this.held(slot), { token }])
  }
}

const end = 0

/**
 * A model without weights: its tokens are character codes, and the one it says next depends on all that the slot holds,
 * so that a cell too many, too few or out of place changes the answer.
 */
export class FakeModel implements LoadedModel {
  readonly batchSize: number
  readonly cache: FakeCache
  /** How many tokens each batch had. */
  readonly batches: number[] = []
  readonly #cells: number
  readonly #echoes: boolean
  #batch: { token: number; position: number; slot: number }[] = []
  #outputs = new Map<number, number>()
  #padding = 0

  constructor(options: Partial<FakeOptions> = {}) {
    const { cells = 10_000, slots = 8, cuts = true, tokensWorthKeeping = 10_000, echoes = false } = options
    this.batchSize = options.batchSize ?? 16
    this.#echoes = echoes
    this.#cells = cells
    this.cache = new FakeCache({ cells, slots, cuts, tokensWorthKeeping })
  }

  tokenize(text: string): number[] {
    return Array.from(text, (letter) => letter.charCodeAt(0))
  }

  show(token: number): Shown {
    return { bytes: Uint8Array.of(token), text: String.fromCharCode(token) }
  }

  isEnd(token: number): boolean {
    return token === end
  }

  reveal(): void {}

  add(token: number, position: number, slot: number): number {
    return this.#batch.push({ token, position, slot }) - 1
  }

  pad(count: number): number {
    this.#padding = this.#batch.length + count <= this.batchSize ? count : 0
    return this.#padding
  }

  decode(): 'done' | 'no-room' {
    const batch = this.#batch
    const tokens = batch.length + this.#padding
    this.#batch = []
    this.#padding = 0
    this.#outputs = new Map()
    if (batch.length === 0) throw new Error('an empty batch, which llama.cpp refuses')
    if (this.cache.used + tokens > this.#cells) return 'no-room'
    this.batches.push(tokens)
    for (const [index, { token, position, slot }] of batch.entries()) {
      const length = this.cache.length(slot)
      if (position !== length) throw new Error(`position ${position} after ${length} tokens`)
      this.cache.add(slot, token)
      this.#outputs.set(index, this.#next(slot))
    }
    return 'done'
  }

  /** A letter; sometimes the end. */
  #next(slot: number): number {
    const held = this.cache.held(slot)
    const sum = held.reduce((hash, { token }) => (hash * 31 + token) % 65_521, 7)
    if (this.#echoes && sum % 31 !== 0) return held.at(-9)?.token ?? 97
    return sum % 37 === 0 ? end : 97 + (sum % 26)
  }

  logprob(_index: number, token: number): ChosenToken {
    return { text: this.show(token).text, bytes: [token], logprob: -1, top: [] }
  }

  sampler() {
    const choose = (index: number): number => this.#outputs.get(index) ?? -1
    return { choose, accept() {}, free() {} }
  }
}

import type { TokenBias } from '../../../chat/request.ts'
import type { Llama, Pointer } from '../bindings.ts'
import { addressOf, readFloats, readInt } from '../bindings.ts'

/** The vocabulary with its logits as `llama_token_data_array`, for samplers that are applied by hand. */
export class Candidates {
  readonly #llama: Llama
  readonly #context: Pointer
  readonly #vocabSize: number
  /** `{ data, size, selected, sorted }`, eight bytes each. */
  readonly #header = new Uint8Array(new ArrayBuffer(32))
  readonly #fields = new BigInt64Array(this.#header.buffer)
  /** `{ id, logit, p }`, four bytes each. */
  readonly #data: ArrayBuffer
  readonly #ids: Int32Array
  readonly #numbers: Float32Array

  constructor(of: { readonly llama: Llama; readonly context: Pointer; readonly vocabSize: number }) {
    this.#llama = of.llama
    this.#context = of.context
    this.#vocabSize = of.vocabSize
    this.#data = new ArrayBuffer(of.vocabSize * 12)
    this.#ids = new Int32Array(this.#data)
    this.#numbers = new Float32Array(this.#data)
  }

  /** Takes all tokens with their logits at `index` of the last batch, to which biases are added, but for some. */
  fill(index: number, biases: readonly TokenBias[] = [], without: ReadonlySet<number> = new Set()): void {
    const logits = this.#logits(index, biases, without)
    for (let id = 0; id < logits.length; id++) this.#set(id, id, logits[id] ?? 0)
    this.#point(logits.length)
  }

  /** The same of those tokens alone whose group is marked with 1. */
  fillGroups(
    index: number,
    biases: readonly TokenBias[],
    without: ReadonlySet<number>,
    groups: Uint16Array,
    marked: Uint8Array,
  ): void {
    const logits = this.#logits(index, biases, without)
    let size = 0
    for (let id = 0; id < logits.length; id++)
      if (marked[groups[id] ?? 0] === 1) this.#set(size++, id, logits[id] ?? 0)
    this.#point(size)
  }

  #logits(index: number, biases: readonly TokenBias[], without: ReadonlySet<number>): Float32Array {
    const logits = readFloats(this.#llama.llama_get_logits_ith(this.#context, index), this.#vocabSize)
    for (const { token, bias } of biases) logits[token] = (logits[token] ?? 0) + bias
    for (const token of without) logits[token] = -Infinity
    return logits
  }

  apply(sampler: Pointer): void {
    this.#llama.llama_sampler_apply(sampler, this.#header)
  }

  pick(sampler: Pointer): number {
    this.apply(sampler)
    // A sampler may have moved the data elsewhere.
    return readInt((this.#fields[0] ?? 0n) + (this.#fields[2] ?? 0n) * 12n)
  }

  /** Drops what a sampler forbids by the logit minus infinity, and what had it before. Says whether anything is left. */
  keepAllowed(grammar: Pointer): boolean {
    this.apply(grammar)
    const size = Number(this.#fields[1])
    let kept = 0
    for (let at = 0; at < size; at++) {
      const logit = this.#numbers[at * 3 + 1] ?? 0
      if (logit !== -Infinity) this.#set(kept++, this.#ids[at * 3] ?? 0, logit)
    }
    this.#fields[1] = BigInt(kept)
    return kept > 0
  }

  #set(at: number, token: number, logit: number): void {
    this.#ids[at * 3] = token
    this.#numbers[at * 3 + 1] = logit
  }

  /** Which of some tokens a grammar lets pass. */
  allowed(grammar: Pointer, tokens: readonly number[]): readonly number[] {
    for (const [at, token] of tokens.entries()) this.#set(at, token, 1)
    this.#point(tokens.length)
    this.keepAllowed(grammar)
    return Array.from({ length: Number(this.#fields[1]) }, (_, at) => this.#ids[at * 3] ?? 0)
  }

  /** Whether a grammar lets this one token pass. */
  allows(grammar: Pointer, token: number): boolean {
    this.#set(0, token, 1)
    this.#point(1)
    this.apply(grammar)
    return this.#numbers[1] !== -Infinity
  }

  #point(size: number): void {
    this.#fields.set([BigInt(addressOf(this.#numbers)), BigInt(size), -1n, 0n])
  }
}

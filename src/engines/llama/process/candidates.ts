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
    const size = this.#vocabSize
    const logits = readFloats(this.#llama.llama_get_logits_ith(this.#context, index), size)
    for (const { token, bias } of biases) logits[token] = (logits[token] ?? 0) + bias
    for (const token of without) logits[token] = -Infinity
    for (let id = 0; id < size; id++) {
      this.#ids[id * 3] = id
      this.#numbers[id * 3 + 1] = logits[id] ?? 0
    }
    this.#point(size)
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
    let kept = 0
    for (let at = 0; at < Number(this.#fields[1]); at++) {
      if (this.#numbers[at * 3 + 1] === -Infinity) continue
      this.#ids[kept * 3] = this.#ids[at * 3] ?? 0
      this.#numbers[kept * 3 + 1] = this.#numbers[at * 3 + 1] ?? 0
      kept += 1
    }
    this.#fields[1] = BigInt(kept)
    return kept > 0
  }

  /** Whether a grammar lets this one token pass. */
  allows(grammar: Pointer, token: number): boolean {
    this.#ids[0] = token
    this.#numbers[1] = 1
    this.#point(1)
    this.apply(grammar)
    return this.#numbers[1] !== -Infinity
  }

  #point(size: number): void {
    this.#fields.set([BigInt(addressOf(this.#numbers)), BigInt(size), -1n, 0n])
  }
}

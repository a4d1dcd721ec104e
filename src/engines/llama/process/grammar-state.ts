import { Failure } from '../../../chat/failure.ts'
import type { Llama, Pointer } from '../bindings.ts'
import type { AnswerGrammar } from '../messages.ts'
import type { Candidates } from './candidates.ts'
import { type FirstBytes, unknownByte } from './first-bytes.ts'
import type { SamplerContext } from './sampler.ts'

/**
 * Where one answer stands in its grammar. llama.cpp ends the process when it is told of a token that the grammar forbids:
 * none is accepted here that was not allowed before.
 */
export class GrammarState {
  readonly #of: SamplerContext
  readonly #llama: Llama
  readonly #candidates: Candidates
  readonly #rules: Pointer
  /** The bytes of a character that is not whole yet. */
  #partial = new Uint8Array()

  /** Throws a `Failure` of kind `internal` where llama.cpp does not take the grammar, or it forbids what has begun. */
  constructor(of: SamplerContext, candidates: Candidates, { rules, begun }: AnswerGrammar) {
    this.#of = of
    this.#llama = of.llama
    this.#candidates = candidates
    this.#rules = of.llama.llama_sampler_init_grammar(of.vocab, rules, 'root')
    if (Number(this.#rules) === 0) throw new Failure('internal', 'llama.cpp refused the grammar.')
    for (const token of of.tokenize(begun)) {
      if (!this.allows(token)) {
        this.free()
        throw new Failure('internal', 'The grammar forbids what has begun.')
      }
      this.accept(token)
    }
  }

  allows(token: number): boolean {
    return this.isFit(token) && this.#candidates.allows(this.#rules, token)
  }

  /** Leaves of the candidates those that the grammar allows. Says whether there are any. */
  keepAllowed(): boolean {
    return this.#candidates.keepAllowed(this.#rules)
  }

  /** Marks the first bytes of what the grammar may allow with 1. The candidates are others afterwards. */
  firstBytes({ of, alone }: FirstBytes): Uint8Array {
    const marked = new Uint8Array(unknownByte + 1)
    marked[unknownByte] = 1
    for (const token of this.#candidates.allowed(this.#rules, alone)) marked[of[token] ?? unknownByte] = 1
    return marked
  }

  /**
   * Whether a token shows what the grammar thinks it does. To the grammar a control token is its name, which the caller
   * does not see; and it takes characters that are written in more bytes than they need.
   */
  isFit(token: number): boolean {
    if (this.#llama.llama_vocab_is_eog(this.#of.vocab, token)) return this.#partial.length === 0
    const { bytes, text } = this.#of.show(token)
    if (bytes.length === 0) return false
    return (
      (this.#partial.length === 0 && !text.includes('\ufffd')) || partialAfter(this.#partial, bytes) !== null
    )
  }

  /** Takes note of a token that is allowed. */
  accept(token: number): void {
    this.#llama.llama_sampler_accept(this.#rules, token)
    this.#partial = partialAfter(this.#partial, this.#of.show(token).bytes) ?? new Uint8Array()
  }

  free(): void {
    this.#llama.llama_sampler_free(this.#rules)
  }
}

/** The bytes at the end of a text that only begin a character; null where the bytes are no UTF-8. */
function partialAfter(partial: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const all = new Uint8Array([...partial, ...bytes])
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(all, { stream: true })
    return all.slice(Buffer.byteLength(text))
  } catch {
    return null
  }
}

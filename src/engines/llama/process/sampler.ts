import type { Sampling } from '../../../chat/request.ts'
import { Failure } from '../../../chat/failure.ts'
import type { Llama, Pointer } from '../bindings.ts'
import { addressOf, readFloats, readInt } from '../bindings.ts'

/** Chooses the next token of one sequence. Remembers what was said, for penalties and grammar. */
export interface TokenSampler {
  /**
   * The token it takes from the logits at `index` of the last batch. Where that is `bound` by the grammar and breaks
   * it, the one it takes among those that do not. Remembers nothing.
   */
  choose(index: number, bound: (token: number) => boolean): number
  /** The token was said; `byGrammar` when it is part of what the grammar describes. */
  accept(token: number, byGrammar: boolean): void
  free(): void
}

/** What sampling needs of the model that is loaded. */
export interface SamplerContext {
  readonly llama: Llama
  readonly context: Pointer
  readonly vocab: Pointer
  readonly vocabSize: number
  readonly contextLength: number
}

/** Without a bound every token of a large vocabulary is sorted at each step; less likely ones never come anyway. */
const mostCandidates = 1000

export function createSampler(
  of: SamplerContext,
  sampling: Sampling,
  choice: number,
  grammar: string,
): TokenSampler {
  const { llama } = of
  const chain = createChain(of, sampling, choice)
  const rules = grammar === '' ? 0 : llama.llama_sampler_init_grammar(of.vocab, grammar, 'root')
  if (grammar !== '' && Number(rules) === 0) throw new Failure('internal', 'llama.cpp refused the grammar.')
  const hasMemory = sampling.frequencyPenalty !== 0 || sampling.presencePenalty !== 0
  const candidates = hasMemory || grammar !== '' ? new Candidates(of) : null
  return {
    choose(index, bound) {
      // The short way also accepts the token into the chain; only penalties would mind.
      if (candidates === null) return llama.llama_sampler_sample(chain, of.context, index)
      candidates.fill(index)
      const free = candidates.pick(chain)
      // To hold the whole vocabulary against the grammar is slow, and most tokens that a model likes are right.
      if (grammar === '' || !bound(free) || candidates.allows(rules, free)) return free
      candidates.fill(index)
      llama.llama_sampler_apply(rules, candidates.header)
      return candidates.pick(chain)
    },
    accept(token, byGrammar) {
      if (candidates !== null) llama.llama_sampler_accept(chain, token)
      if (byGrammar) llama.llama_sampler_accept(rules, token)
    },
    free() {
      llama.llama_sampler_free(chain)
      if (grammar !== '') llama.llama_sampler_free(rules)
    },
  }
}

/** llama.cpp's own order: penalties, top-k, top-p, min-p, temperature, then the draw. */
function createChain(of: SamplerContext, sampling: Sampling, choice: number): Pointer {
  const { llama } = of
  const chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
  const add = (sampler: Pointer): void => llama.llama_sampler_chain_add(chain, sampler)
  const { temperature, topK, topP, minP, frequencyPenalty, presencePenalty } = sampling
  if (frequencyPenalty !== 0 || presencePenalty !== 0)
    add(
      llama.llama_sampler_init_penalties(
        of.vocabSize,
        of.contextLength,
        1,
        frequencyPenalty,
        presencePenalty,
      ),
    )
  if (temperature === 0) {
    add(llama.llama_sampler_init_greedy())
    return chain
  }
  add(llama.llama_sampler_init_top_k(topK > 0 ? topK : mostCandidates))
  if (topP < 1) add(llama.llama_sampler_init_top_p(topP, 1))
  if (minP > 0) add(llama.llama_sampler_init_min_p(minP, 1))
  add(llama.llama_sampler_init_temp(temperature))
  add(llama.llama_sampler_init_dist(seedOf(sampling.seed, choice)))
  return chain
}

const freshSeed = 0xff_ff_ff_ff

/** Each choice has a seed of its own. llama.cpp takes the largest one to mean a fresh one. */
function seedOf(seed: number | null, choice: number): number {
  if (seed === null) return freshSeed
  const own = (seed + choice) >>> 0
  return own === freshSeed ? 0 : own
}

/** The vocabulary with its logits as `llama_token_data_array`, for samplers that are applied by hand. */
class Candidates {
  /** `{ data, size, selected, sorted }`, eight bytes each. */
  readonly header = new Uint8Array(new ArrayBuffer(32))
  readonly #fields = new BigInt64Array(this.header.buffer)
  readonly #data: ArrayBuffer
  readonly #ids: Int32Array
  readonly #numbers: Float32Array
  readonly #of: SamplerContext

  constructor(of: SamplerContext) {
    this.#of = of
    // `{ id, logit, p }`, four bytes each.
    this.#data = new ArrayBuffer(of.vocabSize * 12)
    this.#ids = new Int32Array(this.#data)
    this.#numbers = new Float32Array(this.#data)
  }

  fill(index: number): void {
    const { llama, context, vocabSize } = this.#of
    const logits = readFloats(llama.llama_get_logits_ith(context, index), vocabSize)
    for (let id = 0; id < vocabSize; id++) {
      this.#ids[id * 3] = id
      this.#numbers[id * 3 + 1] = logits[id] ?? 0
      this.#numbers[id * 3 + 2] = 0
    }
    this.#point(vocabSize)
  }

  pick(sampler: Pointer): number {
    this.#of.llama.llama_sampler_apply(sampler, this.header)
    // A sampler may have moved the data elsewhere.
    return readInt((this.#fields[0] ?? 0n) + (this.#fields[2] ?? 0n) * 12n)
  }

  /** Whether `grammar` lets this one token pass: it takes the logit of what it forbids to minus infinity. */
  allows(grammar: Pointer, token: number): boolean {
    this.#ids[0] = token
    this.#numbers[1] = 1
    this.#point(1)
    this.#of.llama.llama_sampler_apply(grammar, this.header)
    return this.#numbers[1] !== -Infinity
  }

  #point(size: number): void {
    this.#fields.set([BigInt(addressOf(this.#numbers)), BigInt(size), -1n, 0n])
  }
}

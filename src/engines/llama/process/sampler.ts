import type { Sampling, TokenBias } from '../../../chat/request.ts'
import type { Llama, Pointer } from '../bindings.ts'
import type { Task } from '../messages.ts'
import { Candidates } from './candidates.ts'
import type { FirstBytes } from './first-bytes.ts'
import { GrammarState } from './grammar-state.ts'
import type { Shown } from './loaded-model.ts'

/** Chooses the next token of one sequence. Remembers what was said, for penalties and grammar. */
export interface TokenSampler {
  /**
   * The token it takes from the logits at `index` of the last batch. Where that is `bound`, by the grammar and to the
   * biases of the answer, and does not obey them, the one it takes under them; null where there is none. Remembers
   * nothing.
   */
  choose(index: number, bound: (token: number) => boolean): number | null
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
  tokenize(text: string): readonly number[]
  show(token: number): Shown
  firstBytes(): FirstBytes
}

/** What a task says of how its tokens are chosen. */
export type Rules = Pick<Task, 'sampling' | 'bias' | 'grammar'>

/** Without a bound every token of a large vocabulary is sorted at each step; less likely ones never come anyway. */
const mostCandidates = 1000

/** A grammar is first held against so many of the likeliest tokens: against a large vocabulary it takes milliseconds. */
const likeliest = 256

/** Makes samplers over one model, which share what only one of them uses at a time. */
export class Samplers {
  readonly #of: SamplerContext
  readonly #candidates: Candidates
  readonly #likeliest: Pointer

  constructor(of: SamplerContext) {
    this.#of = of
    this.#candidates = new Candidates(of)
    this.#likeliest = of.llama.llama_sampler_init_top_k(likeliest)
  }

  /** Throws a `Failure` of kind `internal` where llama.cpp does not take the grammar. */
  create({ sampling, bias, grammar }: Rules, choice: number): TokenSampler {
    const { llama, context } = this.#of
    const candidates = this.#candidates
    const state = grammar === null ? null : new GrammarState(this.#of, candidates, grammar)
    const chain = createChain(this.#of, sampling, choice)
    const hasMemory = sampling.frequencyPenalty !== 0 || sampling.presencePenalty !== 0
    return {
      choose: (index, bound) => {
        if (hasMemory) candidates.fill(index)
        // The short way also accepts the token into the chain; only penalties would mind.
        const free = hasMemory ? candidates.pick(chain) : llama.llama_sampler_sample(chain, context, index)
        const isFree = bias.length === 0 && (state === null || state.allows(free))
        if (isFree || !bound(free)) return free
        if (state !== null) return this.#chooseAllowed(index, bias, chain, state)
        candidates.fill(index, bias)
        return candidates.pick(chain)
      },
      accept(token, byGrammar) {
        if (hasMemory) llama.llama_sampler_accept(chain, token)
        if (byGrammar) state?.accept(token)
      },
      free() {
        llama.llama_sampler_free(chain)
        state?.free()
      },
    }
  }

  #chooseAllowed(
    index: number,
    bias: readonly TokenBias[],
    chain: Pointer,
    state: GrammarState,
  ): number | null {
    const candidates = this.#candidates
    const unfit = new Set<number>()
    for (;;) {
      candidates.fill(index, bias, unfit)
      candidates.apply(this.#likeliest)
      if (!state.keepAllowed()) {
        const first = this.#of.firstBytes()
        candidates.fillGroups(index, bias, unfit, first.of, state.firstBytes(first))
        if (!state.keepAllowed()) return null
      }
      const token = candidates.pick(chain)
      if (state.isFit(token)) return token
      unfit.add(token)
    }
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

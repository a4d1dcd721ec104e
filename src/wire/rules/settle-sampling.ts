import type { Model } from '../../chat/model.ts'
import type { Sampling } from '../../chat/request.ts'

/** The fields as either API has them; one has fewer of them. */
export interface SamplingAsked {
  readonly temperature?: number | null
  readonly top_p?: number | null
  readonly top_k?: number | null
  readonly min_p?: number | null
  readonly frequency_penalty?: number | null
  readonly presence_penalty?: number | null
  readonly seed?: number | null
}

export function settleSampling(asked: SamplingAsked, { sampling, minP }: Model): Sampling {
  return {
    temperature: asked.temperature ?? sampling.temperature,
    topP: asked.top_p ?? sampling.topP,
    topK: Math.max(asked.top_k ?? sampling.topK, 0),
    minP: (minP ? asked.min_p : null) ?? sampling.minP,
    frequencyPenalty: asked.frequency_penalty ?? sampling.frequencyPenalty,
    presencePenalty: asked.presence_penalty ?? sampling.presencePenalty,
    seed: asked.seed ?? sampling.seed,
  }
}

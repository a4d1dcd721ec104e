import { Failure } from '../../chat/failure.ts'
import type { Caller } from '../../chat/gate.ts'
import type { Level, Limit, LimitDecision, Refusal, Standing } from '../../chat/limits.ts'
import type { ChatRequest } from '../../chat/request.ts'
import type { Usage } from '../../chat/usage.ts'
import type { Limiter } from './limiter.ts'
import { answerBound, promptBound } from './token-bounds.ts'
import { countsTokens } from './windows.ts'

/** Lets requests in as far as the limits of their account's level go. */
export interface Limits {
  /**
   * Takes what the request may come to. Throws `rate-limited` where there is no room for it, `overloaded` where that
   * cannot be told.
   */
  admit(caller: Caller, request: ChatRequest): Promise<Grant>
}

export interface Grant {
  /** How the limits stood after it; empty where there are none. */
  readonly standings: readonly Standing[]
  /**
   * The first event of the answer is in hand, and with it the tokens of the prompt, or 0 where the engine counts later.
   * Throws `rate-limited` where they may come to more than the limit, which could not be told before.
   */
  counted(promptTokens: number): void
  /** Gives back what was not used. */
  settle(usage: Usage): void
}

export interface LimitsParts {
  readonly limiter: Limiter
  readonly levels: ReadonlyMap<string, Level>
  /** The level of accounts whose own is not among `levels`; without it they have no limits. */
  readonly level: string
  /**
   * `answer`: tokens are reserved for the prompt and the longest answer allowed, so that the limit is never exceeded.
   * `prompt`: for the prompt alone, and what is generated is counted as it ends.
   */
  readonly reserve: 'answer' | 'prompt'
  /** Told of every request that has limits. */
  readonly decided: (model: string, decision: LimitDecision) => void
}

/** The limits of a model, and of those of tokens the least. */
interface Bounds {
  readonly limits: readonly Limit[]
  readonly tightest: Limit | null
}

const unlimited: Grant = { standings: [], counted: () => {}, settle: () => {} }

export function openLimits({ limiter, levels, level, reserve, decided }: LimitsParts): Limits {
  const bounds = new Map(
    [...levels].map(([name, { limits, models }]) => [
      name,
      {
        others: boundsOf(limits),
        models: new Map([...models].map(([model, own]) => [model, boundsOf(own)])),
      },
    ]),
  )
  const find = (caller: Caller, model: string): Bounds | undefined => {
    const found = bounds.get(caller.level) ?? bounds.get(level)
    return found?.models.get(model) ?? found?.others
  }
  return {
    async admit(caller, request) {
      const found = find(caller, request.model.id)
      if (found === undefined || found.limits.length === 0) return unlimited
      const { limits, tightest } = found
      const answer = tightest === null || reserve === 'prompt' ? 0 : answerBound(request)
      const bound = tightest === null ? 0 : promptBound(request) + answer
      // What may come to more than the limit has to have all of it, and is counted before it is let through.
      const tokens = Math.min(bound, tightest?.most ?? 0)
      const { id } = request.model
      const decision = await limiter
        .reserve(`${caller.accountId}/${id}`, limits, tokens)
        .catch((error: unknown) => {
          decided(id, 'unknown')
          throw error
        })
      decided(id, decision.kind === 'admitted' ? 'admitted' : decision.metric)
      if (decision.kind === 'refused') throw rateLimited(decision)
      const { standings, reservation } = decision
      return {
        standings,
        counted(promptTokens) {
          const most = promptTokens + answer
          if (tightest !== null && tokens < bound && (promptTokens === 0 || most > tokens))
            throw rateLimited({ metric: tightest.metric, retryIn: null, standings })
          if (promptTokens > 0 && most < tokens) reservation.adjust(most)
        },
        settle: (usage) => reservation.adjust(usage.promptTokens + usage.completionTokens),
      }
    },
  }
}

function boundsOf(limits: readonly Limit[]): Bounds {
  const [tightest = null] = limits
    .filter(({ metric }) => countsTokens(metric))
    .toSorted((one, other) => one.most - other.most)
  return { limits, tightest }
}

/** In the service's own words. */
function rateLimited({ metric, retryIn, standings }: Refusal): Failure {
  return new Failure(
    'rate-limited',
    'Request was rejected due to rate limiting. If you want more, please contact contact@siliconflow.cn. ' +
      `Details:${metric} limit reached.`,
    { retryAfter: retryIn, standings },
  )
}

import type { ChatEvent } from './event.ts'

/** Tokens of a whole request, all choices together. The prompt counts once. */
export interface Usage {
  readonly promptTokens: number
  /** How many of the prompt's tokens a cache gave. */
  readonly cachedTokens: number
  /** Everything the model generated: thought, marks, answer and calls. */
  readonly completionTokens: number
  readonly reasoningTokens: number
}

export const noUsage: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 }

/** The usage after one more event. Never smaller than before in any part. */
export function addUsage(usage: Usage, event: ChatEvent): Usage {
  switch (event.type) {
    case 'prompt':
      return {
        ...usage,
        promptTokens: Math.max(usage.promptTokens, event.tokens),
        cachedTokens: Math.max(usage.cachedTokens, event.cached),
      }
    case 'uncounted':
      return {
        promptTokens: Math.max(usage.promptTokens, event.prompt),
        cachedTokens: Math.max(usage.cachedTokens, event.cached),
        completionTokens: usage.completionTokens + event.tokens,
        reasoningTokens: usage.reasoningTokens + event.reasoning,
      }
    case 'finish':
      return usage
    case 'text':
    case 'reasoning':
    case 'mark':
    case 'call-start':
    case 'call-text':
      if (event.tokens === 0) return usage
      return {
        ...usage,
        completionTokens: usage.completionTokens + event.tokens,
        reasoningTokens: usage.reasoningTokens + (event.type === 'reasoning' ? event.tokens : 0),
      }
  }
}

import { Failure } from '../../chat/failure.ts'
import type { Limiter } from './limiter.ts'

/**
 * Counts with all others by `shared`. While that cannot count, `own` counts for this process alone, up to its share of
 * each limit: all `replicas` together then let in no more than the limit beside what was let in before and is after, so
 * that a window into which the change falls holds twice the limit at most.
 */
export function shareWhileGone(shared: Limiter, own: Limiter, replicas: number): Limiter {
  return {
    async reserve(key, limits, tokens) {
      try {
        return await shared.reserve(key, limits, tokens)
      } catch (error) {
        if (!(error instanceof Failure && error.kind === 'overloaded')) throw error
        const share = limits.map(({ metric, most }) => ({ metric, most: Math.floor(most / replicas) }))
        return own.reserve(key, share, tokens)
      }
    },
    close: () => shared.close(),
  }
}

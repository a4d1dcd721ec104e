import type { Failure } from '../chat/failure.ts'
import type { Standing } from '../chat/limits.ts'

/**
 * How the limits stood when a request was let in or refused, as the headers that clients of OpenAI read: of all that count
 * requests the one that leaves least, of all that count tokens likewise. Times are seconds, rounded up.
 */
export function limitHeaders(standings: readonly Standing[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const requests = leastOf('R', standings)
  if (requests !== undefined) {
    headers['x-ratelimit-limit-requests'] = String(requests.most)
    headers['x-ratelimit-remaining-requests'] = String(requests.remaining)
    headers['x-ratelimit-reset-requests'] = inSeconds(requests)
  }
  const tokens = leastOf('T', standings)
  if (tokens !== undefined) {
    headers['x-ratelimit-limit-tokens'] = String(tokens.most)
    headers['x-ratelimit-remaining-tokens'] = String(tokens.remaining)
    headers['x-ratelimit-reset-tokens'] = inSeconds(tokens)
  }
  return headers
}

/** The same for a request that was refused, and when to come back, where that is known. */
export function refusalHeaders({ retryAfter, standings }: Failure): Readonly<Record<string, string>> {
  return {
    ...limitHeaders(standings),
    ...(retryAfter !== null && { 'retry-after': String(Math.ceil(retryAfter / 1000)) }),
  }
}

function leastOf(counts: 'R' | 'T', standings: readonly Standing[]): Standing | undefined {
  let least: Standing | undefined
  for (const one of standings)
    if (one.metric.startsWith(counts) && (least === undefined || leavesLess(one, least))) least = one
  return least
}

function leavesLess(one: Standing, other: Standing): boolean {
  if (one.remaining !== other.remaining) return one.remaining < other.remaining
  return one.resetsIn > other.resetsIn
}

function inSeconds({ resetsIn }: Standing): string {
  return `${Math.ceil(resetsIn / 1000)}s`
}

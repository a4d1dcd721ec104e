import type { Failure } from '../chat/failure.ts'
import type { Standing } from '../chat/limits.ts'

/**
 * How the limits stood when a request was let in or refused, as the headers that clients of OpenAI read: of all that count
 * requests the one that leaves least, of all that count tokens likewise. Times are seconds, rounded up.
 */
export function limitHeaders(standings: readonly Standing[]): Readonly<Record<string, string>> {
  return {
    ...headersOf('requests', leastOf(standings.filter(({ metric }) => metric.startsWith('R')))),
    ...headersOf('tokens', leastOf(standings.filter(({ metric }) => metric.startsWith('T')))),
  }
}

/** The same for a request that was refused, and when to come back, where that is known. */
export function refusalHeaders({ retryAfter, standings }: Failure): Readonly<Record<string, string>> {
  return {
    ...limitHeaders(standings),
    ...(retryAfter !== null && { 'retry-after': String(Math.ceil(retryAfter / 1000)) }),
  }
}

function leastOf(standings: readonly Standing[]): Standing | undefined {
  const [least] = standings.toSorted(
    (one, other) => one.remaining - other.remaining || other.resetsIn - one.resetsIn,
  )
  return least
}

function headersOf(what: 'requests' | 'tokens', standing: Standing | undefined): Record<string, string> {
  if (standing === undefined) return {}
  return {
    [`x-ratelimit-limit-${what}`]: String(standing.most),
    [`x-ratelimit-remaining-${what}`]: String(standing.remaining),
    [`x-ratelimit-reset-${what}`]: `${Math.ceil(standing.resetsIn / 1000)}s`,
  }
}

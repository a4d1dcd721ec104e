import type { Metric } from '../../chat/limits.ts'

/** What each metric counts, and in windows of how many milliseconds. */
const windows = {
  RPM: { length: 60_000, counts: 'requests' },
  RPH: { length: 3_600_000, counts: 'requests' },
  RPD: { length: 86_400_000, counts: 'requests' },
  TPM: { length: 60_000, counts: 'tokens' },
  TPD: { length: 86_400_000, counts: 'tokens' },
} as const satisfies Record<Metric, { readonly length: number; readonly counts: 'requests' | 'tokens' }>

const bucketsOfWindow = 60
/** A window is counted in 60 buckets of equal length and one more, the oldest, of which a part may lie outside. */
export const bucketsCounted = bucketsOfWindow + 1

/** Milliseconds. */
export function bucketLength(metric: Metric): number {
  return windows[metric].length / bucketsOfWindow
}

export function countsTokens(metric: Metric): boolean {
  return windows[metric].counts === 'tokens'
}

/** What a request of so many tokens takes of a metric. */
export function amountOf(metric: Metric, tokens: number): number {
  return countsTokens(metric) ? tokens : 1
}

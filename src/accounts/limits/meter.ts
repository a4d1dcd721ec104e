import type { Limit, Standing } from '../../chat/limits.ts'
import { bucketLength, bucketsCounted } from './windows.ts'

/**
 * What was taken of one metric, bucket by bucket. Exact but for its oldest bucket, which is counted whole although the window
 * may end within it: never too little. `redis-scripts.ts` does the same in Redis.
 */
export interface Meter {
  /** The newest bucket that is counted; buckets are numbered from the beginning of the clock. */
  bucket: number
  /** The newest bucket in which something was taken. */
  used: number
  total: number
  /** A ring: the count of a bucket stands at its number modulo the ring's length. */
  readonly counts: Float64Array
}

export function newMeter(): Meter {
  return { bucket: 0, used: 0, total: 0, counts: new Float64Array(bucketsCounted) }
}

/** Lets go of the buckets that have left the window. A clock that goes backwards stands still here. */
export function advance(meter: Meter, { metric }: Limit, now: number): void {
  const bucket = Math.floor(now / bucketLength(metric))
  const gone = Math.min(bucket - meter.bucket, bucketsCounted)
  for (let step = 1; step <= gone; step++) {
    const place = (meter.bucket + step) % bucketsCounted
    meter.total -= meter.counts[place] ?? 0
    meter.counts[place] = 0
  }
  meter.bucket = Math.max(bucket, meter.bucket)
}

/** Milliseconds until `amount` can be taken, if nothing more is taken: 0 for now, infinite for never. */
export function waitFor(meter: Meter, { metric, most }: Limit, amount: number, now: number): number {
  if (amount > most) return Infinity
  let over = meter.total + amount - most
  let bucket = meter.bucket - bucketsCounted
  while (over > 0) {
    bucket += 1
    over -= meter.counts[bucket % bucketsCounted] ?? 0
  }
  return bucket === meter.bucket - bucketsCounted ? 0 : untilGone(metric, bucket, now)
}

export function take(meter: Meter, amount: number): void {
  const place = meter.bucket % bucketsCounted
  meter.counts[place] = (meter.counts[place] ?? 0) + amount
  meter.total += amount
  meter.used = meter.bucket
}

/** Gives back what was taken in `bucket`, unless that bucket has left the window. */
export function giveBack(meter: Meter, bucket: number, amount: number): void {
  if (meter.bucket - bucket >= bucketsCounted) return
  const place = bucket % bucketsCounted
  meter.counts[place] = (meter.counts[place] ?? 0) - amount
  meter.total -= amount
}

export function standingOf(meter: Meter, { metric, most }: Limit, now: number): Standing {
  const remaining = Math.max(0, most - meter.total)
  return { metric, most, remaining, resetsIn: meter.total === 0 ? 0 : untilGone(metric, meter.used, now) }
}

function untilGone(metric: Limit['metric'], bucket: number, now: number): number {
  return (bucket + bucketsCounted) * bucketLength(metric) - now
}

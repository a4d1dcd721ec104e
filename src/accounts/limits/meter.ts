import type { Limit, Standing } from '../../chat/limits.ts'
import { slotLength, slotsCounted } from './windows.ts'

/**
 * What was taken of one metric, slot by slot. Exact but for its oldest slot, which is counted whole although the window
 * may end within it: never too little. `redis-scripts.ts` does the same in Redis.
 */
export interface Meter {
  /** The newest slot that is counted; slots are numbered from the beginning of the clock. */
  slot: number
  /** The newest slot in which something was taken. */
  used: number
  total: number
  /** A ring: the count of a slot stands at its number modulo the ring's length. */
  readonly counts: Float64Array
}

export function newMeter(): Meter {
  return { slot: 0, used: 0, total: 0, counts: new Float64Array(slotsCounted) }
}

/** Lets go of the slots that have left the window. A clock that goes backwards stands still here. */
export function advance(meter: Meter, { metric }: Limit, now: number): void {
  const slot = Math.floor(now / slotLength(metric))
  const gone = Math.min(slot - meter.slot, slotsCounted)
  for (let step = 1; step <= gone; step++) {
    const place = (meter.slot + step) % slotsCounted
    meter.total -= meter.counts[place] ?? 0
    meter.counts[place] = 0
  }
  meter.slot = Math.max(slot, meter.slot)
}

/** Milliseconds until `amount` can be taken, if nothing more is taken: 0 for now, infinite for never. */
export function waitFor(meter: Meter, { metric, most }: Limit, amount: number, now: number): number {
  if (amount > most) return Infinity
  let over = meter.total + amount - most
  let slot = meter.slot - slotsCounted
  while (over > 0) {
    slot += 1
    over -= meter.counts[slot % slotsCounted] ?? 0
  }
  return slot === meter.slot - slotsCounted ? 0 : untilGone(metric, slot, now)
}

export function take(meter: Meter, amount: number): void {
  const place = meter.slot % slotsCounted
  meter.counts[place] = (meter.counts[place] ?? 0) + amount
  meter.total += amount
  meter.used = meter.slot
}

/** Gives back what was taken in `slot`, unless that slot has left the window. */
export function giveBack(meter: Meter, slot: number, amount: number): void {
  if (meter.slot - slot >= slotsCounted) return
  const place = slot % slotsCounted
  meter.counts[place] = (meter.counts[place] ?? 0) - amount
  meter.total -= amount
}

export function standingOf(meter: Meter, { metric, most }: Limit, now: number): Standing {
  const remaining = Math.max(0, most - meter.total)
  return { metric, most, remaining, resetsIn: meter.total === 0 ? 0 : untilGone(metric, meter.used, now) }
}

function untilGone(metric: Limit['metric'], slot: number, now: number): number {
  return (slot + slotsCounted) * slotLength(metric) - now
}

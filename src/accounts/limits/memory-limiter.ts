import type { Limit, Metric } from '../../chat/limits.ts'
import type { Decision, Limiter, Reservation } from './limiter.ts'
import { advance, giveBack, type Meter, newMeter, standingOf, take, waitFor } from './meter.ts'
import { amountOf, countsTokens } from './windows.ts'

/** The meters of one key, and when they were last used. */
interface Entry {
  readonly usedAt: number
  readonly meters: Map<Metric, Meter>
}

/** After this long every window is empty: a day and a bucket of it, and a little more. */
const forgottenAfter = 25 * 3_600_000
/** Milliseconds for which an entry keeps its place in the order after it was used: to move one costs more than to count. */
const inPlaceFor = 60_000

/** A limiter for this process alone. `steady` is milliseconds of a clock that nobody sets. */
export function memoryLimiter(steady: () => number): Limiter {
  /** In the order of their last use, but for `inPlaceFor`. */
  const entries = new Map<string, Entry>()

  function entryOf(key: string, now: number): Entry {
    const [oldest] = entries
    if (oldest !== undefined && now - oldest[1].usedAt > forgottenAfter) entries.delete(oldest[0])
    const known = entries.get(key)
    if (known !== undefined && now - known.usedAt < inPlaceFor) return known
    const entry = { usedAt: now, meters: known?.meters ?? new Map<Metric, Meter>() }
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }

  function reserve(key: string, limits: readonly Limit[], tokens: number): Decision {
    const now = steady()
    const { meters } = entryOf(key, now)
    const metered = limits.map((limit) => {
      const meter = meters.get(limit.metric) ?? newMeter()
      meters.set(limit.metric, meter)
      advance(meter, limit, now)
      return { limit, meter }
    })
    const standings = () => metered.map(({ limit, meter }) => standingOf(meter, limit, now))
    let longest = 0
    let refusedBy: Metric | null = null
    for (const { limit, meter } of metered) {
      const wait = waitFor(meter, limit, amountOf(limit.metric, tokens), now)
      if (wait <= longest) continue
      longest = wait
      refusedBy = limit.metric
    }
    if (refusedBy !== null) {
      const retryIn = longest === Infinity ? null : longest
      return { kind: 'refused', metric: refusedBy, retryIn, standings: standings() }
    }
    for (const { limit, meter } of metered) take(meter, amountOf(limit.metric, tokens))
    return { kind: 'admitted', standings: standings(), reservation: reservationOf(metered, tokens) }
  }

  function reservationOf(
    metered: readonly { readonly limit: Limit; readonly meter: Meter }[],
    tokens: number,
  ): Reservation {
    const taken = metered
      .filter(({ limit }) => countsTokens(limit.metric))
      .map(({ limit, meter }) => ({ limit, meter, bucket: meter.bucket }))
    let held = tokens
    return {
      adjust(to) {
        for (const { limit, meter, bucket } of taken) {
          if (to < held) giveBack(meter, bucket, held - to)
          if (to > held) {
            advance(meter, limit, steady())
            take(meter, to - held)
          }
        }
        held = to
      },
    }
  }

  return {
    // A promise as its other implementation gives one; it never waits.
    reserve: (...taken) => Promise.resolve(reserve(...taken)),
    close: () => Promise.resolve(),
  }
}

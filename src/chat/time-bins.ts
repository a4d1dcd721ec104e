/**
 * Durations on a scale of quarter octaves, so that they can be counted and not kept: a bin's own value is at most 9 % from
 * any that is in it. Bin 0 stands for none.
 */
const perOctave = 4
/** Milliseconds of bin 1. */
const least = 0.01

export function binOf(milliseconds: number): number {
  return 1 + Math.max(0, Math.round(perOctave * Math.log2(Math.max(milliseconds, least) / least)))
}

/** Milliseconds. */
export function valueOf(bin: number): number {
  return least * 2 ** ((bin - 1) / perOctave)
}

/** The value below or at which this share of what was counted lies; null where nothing was. `counts` by bin. */
export function percentile(counts: ReadonlyMap<number, number>, share: number): number | null {
  const known = [...counts].filter(([bin]) => bin > 0).sort(([one], [other]) => one - other)
  const all = known.reduce((sum, [, count]) => sum + count, 0)
  let below = 0
  for (const [bin, count] of known) {
    below += count
    if (below >= share * all) return valueOf(bin)
  }
  return null
}

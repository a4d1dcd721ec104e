import type { Ranges } from './expression.ts'

/** Every character that UTF-8 can write: all code points but the halves of surrogate pairs. */
export const anyCharacter: Ranges = [
  [0, 0xd7ff],
  [0xe000, 0x10ffff],
]

/** The ranges of single characters. */
export function charactersOf(text: string): Ranges {
  return unite(Array.from(text, (char) => [char.codePointAt(0) ?? 0, char.codePointAt(0) ?? 0] as const))
}

/** Ranges in any order, overlapping or not, as one list. */
export function unite(ranges: Ranges): Ranges {
  const united: [number, number][] = []
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = united.at(-1)
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else united.push([from, to])
  }
  return united
}

export function intersect(one: Ranges, other: Ranges): Ranges {
  const common: [number, number][] = []
  let at = 0
  for (const [from, to] of one) {
    while ((other[at]?.[1] ?? Infinity) < from) at++
    for (let next = at; (other[next]?.[0] ?? Infinity) <= to; next++) {
      const [start, end] = other[next] ?? [0, 0]
      common.push([Math.max(from, start), Math.min(to, end)])
    }
  }
  return common
}

/** The characters that are not in `ranges`. */
export function invert(ranges: Ranges): Ranges {
  const gaps: [number, number][] = []
  let next = 0
  for (const [from, to] of ranges) {
    if (from > next) gaps.push([next, from - 1])
    next = to + 1
  }
  if (next <= 0x10ffff) gaps.push([next, 0x10ffff])
  return intersect(gaps, anyCharacter)
}

import { invalid } from '../refusals.ts'
import { readTime } from './bodies.ts'

/** A query of the admin API; null stands for what it does not say. Throws `invalid-request` that names the field. */
export interface Query {
  readonly text: (field: string) => string | null
  /** Milliseconds since 1970. */
  readonly time: (field: string) => number | null
}

/** Throws `invalid-request` where a field is none of `known`. */
export function readQuery(query: Readonly<Record<string, unknown>>, known: readonly string[]): Query {
  const unknown = Object.keys(query).find((field) => !known.includes(field))
  if (unknown !== undefined) throw invalid(unknown, `is not known; known are ${known.join(', ')}`)
  const text = (field: string): string | null => {
    const value = query[field]
    if (value === undefined || value === '') return null
    if (typeof value !== 'string') throw invalid(field, 'must not be given twice')
    // No database stores it, and one refuses to look for it.
    if (value.includes('\0')) throw invalid(field, 'must not hold the character U+0000')
    return value
  }
  return {
    text,
    time(field) {
      const given = text(field)
      return given === null ? null : readTime(field, given)
    },
  }
}

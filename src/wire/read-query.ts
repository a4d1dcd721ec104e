import { readTime } from './admin/bodies.ts'
import { invalid } from './refusals.ts'

/** What a query says; null stands for what it does not say. Throws `invalid-request` that names the field. */
export interface Query {
  readonly text: (field: string) => string | null
  /** Milliseconds since 1970. */
  readonly time: (field: string) => number | null
  readonly choice: <Value extends string>(field: string, values: readonly Value[]) => Value | null
  /** The field `limit`: how many items a page may have. */
  readonly limit: (byDefault: number, most: number) => number
}

export type QueryFields = Readonly<Record<string, unknown>>

/** Throws where a field is none of `known`; null: where fields that are not known do not matter. */
export function readQuery(query: QueryFields, known: readonly string[] | null): Query {
  const unknown = known === null ? undefined : Object.keys(query).find((field) => !known.includes(field))
  if (unknown !== undefined) throw invalid(unknown, `is not known; known are ${known?.join(', ')}`)
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
    choice(field, values) {
      const given = text(field)
      const found = values.find((value) => value === given)
      if (given !== null && found === undefined) throw invalid(field, `must be one of ${values.join(', ')}`)
      return found ?? null
    },
    limit(byDefault, most) {
      const limit = Number(text('limit') ?? byDefault)
      if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
      throw invalid('limit', `must be an integer between 1 and ${most}`)
    },
  }
}

import type { RecordFilter } from '../../chat/record-filter.ts'
import { invalid } from '../refusals.ts'
import { readTime } from './bodies.ts'

const most = 1000
const byDefault = 100
const known = ['from', 'until', 'account_id', 'key_id', 'model', 'outcome', 'trace_id', 'cursor', 'limit']

/** Reads the query of `GET /admin/v1/requests`. Throws `invalid-request` for what it does not know. */
export function readFilter(query: Readonly<Record<string, unknown>>): {
  readonly filter: RecordFilter
  readonly limit: number
} {
  const text = (field: string): string | null => {
    const value = query[field]
    if (value === undefined || value === '') return null
    if (typeof value !== 'string') throw invalid(field, 'must not be given twice')
    return value
  }
  const time = (field: string) => {
    const given = text(field)
    return given === null ? null : readTime(field, given)
  }
  const unknown = Object.keys(query).find((field) => !known.includes(field))
  if (unknown !== undefined) throw invalid(unknown, `is not known; known are ${known.join(', ')}`)
  const limit = Number(text('limit') ?? byDefault)
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw invalid('limit', `must be an integer between 1 and ${most}`)
  return {
    filter: {
      from: time('from'),
      until: time('until'),
      accountId: text('account_id'),
      keyId: text('key_id'),
      model: text('model'),
      outcome: text('outcome'),
      callerTraceId: text('trace_id'),
      before: text('cursor'),
    },
    limit,
  }
}

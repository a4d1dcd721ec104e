import type { RecordFilter } from '../../chat/record-filter.ts'
import { invalid } from '../refusals.ts'
import { readQuery } from './read-query.ts'

const most = 1000
const byDefault = 100
const known = [
  'from',
  'until',
  'account_id',
  'key_id',
  'model',
  'outcome',
  'failure',
  'trace_id',
  'cursor',
  'limit',
]

/** Reads the query of `GET /admin/v1/requests`. Throws `invalid-request` for what it does not know. */
export function readFilter(query: Readonly<Record<string, unknown>>): {
  readonly filter: RecordFilter
  readonly limit: number
} {
  const { text, time } = readQuery(query, known)
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
      failure: text('failure'),
      callerTraceId: text('trace_id'),
      before: text('cursor'),
    },
    limit,
  }
}

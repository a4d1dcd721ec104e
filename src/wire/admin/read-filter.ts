import type { RecordFilter } from '../../chat/record-filter.ts'
import { type QueryFields, readQuery } from '../read-query.ts'

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
export function readFilter(query: QueryFields): { readonly filter: RecordFilter; readonly limit: number } {
  const { text, time, limit } = readQuery(query, known)
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
    limit: limit(100, 1000),
  }
}

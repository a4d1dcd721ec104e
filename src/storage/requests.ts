import { CompiledQuery } from 'kysely'
import type { RecordFilter } from '../chat/record-filter.ts'
import type { Database } from './database.ts'
import { Rows } from './rows.ts'
import type { RequestsTable } from './tables.ts'

/** A row as `insertRequests` takes it and the functions here give it. */
export type RequestRow = RequestsTable

const columns = [
  'id',
  'caller_trace_id',
  'account_id',
  'key_id',
  'model',
  'stand_in',
  'thinking',
  'reply',
  'choices',
  'received_at',
  'admitted_at',
  'first_token_at',
  'done_at',
  'prompt_tokens',
  'cached_tokens',
  'completion_tokens',
  'reasoning_tokens',
  'outcome',
  'reasons',
  'failure',
  'cause',
] as const satisfies readonly (keyof RequestRow)[]

/**
 * Stores rows, each a JSON object with the columns as its fields. A row whose id is stored already is left as it is: a
 * batch of which nobody knows whether it arrived can be sent again.
 */
export async function insertRequests({ kind, query }: Database, rows: readonly string[]): Promise<void> {
  const json = `[${rows.join(',')}]`
  const insert = `insert into requests (${columns.join(', ')})`
  await query.executeQuery(
    kind === 'postgres'
      ? CompiledQuery.raw(
          `${insert} select ${columns.join(', ')} from json_populate_recordset(null::requests, $1) on conflict do nothing`,
          [json],
        )
      : CompiledQuery.raw(`${insert} values (${columns.map(() => '?').join(', ')}) on conflict do nothing`, [
          new Rows(json, columns),
        ]),
  )
}

export async function findRequest({ query }: Database, id: string): Promise<RequestRow | undefined> {
  return query.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The newest requests first. */
export async function listRequests(
  { query }: Database,
  filter: RecordFilter,
  limit: number,
): Promise<readonly RequestRow[]> {
  let rows = query.selectFrom('requests').selectAll().orderBy('id', 'desc').limit(limit)
  if (filter.from !== null) rows = rows.where('id', '>=', firstIdAt(filter.from))
  if (filter.until !== null) rows = rows.where('id', '<', firstIdAt(filter.until))
  if (filter.before !== null) rows = rows.where('id', '<', filter.before)
  if (filter.accountId !== null) rows = rows.where('account_id', '=', filter.accountId)
  if (filter.keyId !== null) rows = rows.where('key_id', '=', filter.keyId)
  if (filter.model !== null) rows = rows.where('model', '=', filter.model)
  if (filter.outcome !== null) rows = rows.where('outcome', '=', filter.outcome)
  if (filter.callerTraceId !== null) rows = rows.where('caller_trace_id', '=', filter.callerTraceId)
  return rows.execute()
}

/** No id that was made at this time or later is less. An id begins with its time in 12 hexadecimal digits. */
export function firstIdAt(time: number): string {
  return Math.max(0, time).toString(16).padStart(12, '0')
}

/** The id of the newest request of those that are more than `most`; undefined where there are not so many. */
export async function surplusId({ query }: Database, most: number): Promise<string | undefined> {
  const newest = query.selectFrom('requests').select('id').orderBy('id', 'desc')
  return (await newest.limit(1).offset(most).executeTakeFirst())?.id
}

/** Deletes at most `limit` requests, the oldest first, up to the one of this id. Gives how many it deleted. */
export async function deleteRequests({ query }: Database, upTo: string, limit: number): Promise<number> {
  const oldest = query.selectFrom('requests').select('id').where('id', '<=', upTo).orderBy('id').limit(limit)
  const { numDeletedRows } = await query.deleteFrom('requests').where('id', 'in', oldest).executeTakeFirst()
  return Number(numDeletedRows)
}

import { CompiledQuery, sql } from 'kysely'
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
  'started_at',
  'prompt_read_at',
  'answer_limit',
  'engine',
  'asked',
  'attempts',
  'decisions',
  'first_token_bin',
  'token_bin',
] as const satisfies readonly (keyof RequestRow)[]

/** Columns that rows in the journal of an older Silica lack, and what stands for them. */
const lacked: ReadonlyMap<string, string> = new Map([
  ...['answer_limit', 'asked', 'first_token_bin', 'token_bin'].map((column) => [column, '0'] as const),
  ...['engine', 'attempts', 'decisions'].map((column) => [column, "''"] as const),
])

const orLacked = (column: string, value: string): string =>
  lacked.has(column) ? `coalesce(${value}, ${lacked.get(column)})` : value

const alike = ['account_id', 'key_id', 'model', 'first_token_bin', 'token_bin']
const counted = ['prompt_tokens', 'cached_tokens', 'completion_tokens', 'reasoning_tokens']

/** Adds to the sums of hours. Servers lock them in the same order, so that none waits for another. */
const sumUp = (rows: string) => `
  insert into usage_hours as old (received_at, outcome, ${alike.join(', ')}, requests, ${counted.join(', ')})
  select received_at - received_at % 3600000, coalesce(failure, outcome), ${alike.join(', ')}, count(*),
    ${counted.map((column) => `sum(${column})`).join(', ')}
  from ${rows} group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
  on conflict (received_at, outcome, ${alike.join(', ')}) do update set
    ${['requests', ...counted].map((column) => `${column} = old.${column} + excluded.${column}`).join(', ')}`

const postgresInsert = `
  with fresh as (
    insert into requests (${columns.join(', ')})
    select ${columns.map((column) => orLacked(column, column)).join(', ')}
    from json_populate_recordset(null::requests, $1) on conflict do nothing returning *
  )
  ${sumUp('fresh')}`

const sqliteInsert = `insert into requests (${columns.join(', ')})
  values (${columns.map((column) => orLacked(column, '?')).join(', ')}) on conflict do nothing`

/** Rows that are stored in one transaction are numbered one after the other, from the highest number on. */
const sqliteSumUp = sumUp('requests where rowid > (select max(rowid) from requests) - ?')

/**
 * Stores rows, each a JSON object with the columns as its fields. A row whose id is stored already is left as it is: a
 * batch of which nobody knows whether it arrived can be sent again.
 */
export async function insertRequests({ kind, query }: Database, rows: readonly string[]): Promise<void> {
  const json = `[${rows.join(',')}]`
  await query.executeQuery(
    kind === 'postgres'
      ? CompiledQuery.raw(postgresInsert, [json])
      : CompiledQuery.raw(sqliteInsert, [new Rows(json, columns, sqliteSumUp)]),
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
  // In the words of the indexes.
  if (filter.outcome === 'failed') rows = rows.where('failure', 'is not', null)
  else if (filter.outcome === 'abandoned') rows = rows.where(sql<boolean>`outcome = 'abandoned'`)
  else if (filter.outcome !== null) rows = rows.where('outcome', '=', filter.outcome)
  if (filter.failure !== null) rows = rows.where('failure', '=', filter.failure)
  if (filter.callerTraceId !== null)
    rows = rows.where('caller_trace_id', '=', filter.callerTraceId).where(sql<boolean>`caller_trace_id <> ''`)
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

import { type CreateTableBuilder, sql } from 'kysely'
import type { Migration } from '../tables.ts'

const sums = ['requests', 'prompt_tokens', 'cached_tokens', 'completion_tokens', 'reasoning_tokens']
const alike = ['received_at', 'account_id', 'key_id', 'model', 'outcome', 'first_token_bin', 'token_bin']

/** What became of a request in the engines, indexes for each way to look for one, and sums over each hour. */
export const stories: Migration = {
  name: '0006-stories',
  async up(query, kind) {
    const { schema } = query
    const requests = schema.alterTable('requests')
    for (const column of ['started_at', 'prompt_read_at'])
      await requests.addColumn(column, 'bigint').execute()
    for (const column of ['engine', 'attempts', 'decisions'])
      await requests.addColumn(column, 'text', (added) => added.notNull().defaultTo('')).execute()
    for (const column of ['answer_limit', 'asked', 'first_token_bin', 'token_bin'])
      await requests.addColumn(column, 'bigint', (added) => added.notNull().defaultTo(0)).execute()
    for (const column of ['key_id', 'model'])
      await schema.createIndex(`requests_of_${column}`).on('requests').columns([column, 'id']).execute()
    await sql`create index requests_failed on requests (failure, id) where failure is not null`.execute(query)
    await sql`create index requests_abandoned on requests (id) where outcome = 'abandoned'`.execute(query)
    await sql`create index requests_named on requests (caller_trace_id, id) where caller_trace_id <> ''`.execute(
      query,
    )
    let usage: CreateTableBuilder<'usage_hours', string> = schema.createTable('usage_hours')
    for (const column of ['account_id', 'key_id', 'model', 'outcome'])
      usage = usage.addColumn(column, 'text', (added) => added.notNull())
    for (const column of ['received_at', 'first_token_bin', 'token_bin', ...sums])
      usage = usage.addColumn(column, 'bigint', (added) => added.notNull())
    usage = usage.addPrimaryKeyConstraint('usage_hours_key', [
      'received_at',
      'account_id',
      'key_id',
      'model',
      'outcome',
      'first_token_bin',
      'token_bin',
    ])
    await (kind === 'sqlite' ? usage.modifyEnd(sql`without rowid`) : usage).execute()
    await sql`
      insert into usage_hours (${sql.raw([...alike, ...sums].join(', '))})
      select received_at - received_at % 3600000, account_id, key_id, model, coalesce(failure, outcome), 0, 0,
        count(*), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(reasoning_tokens)
      from requests group by 1, 2, 3, 4, 5`.execute(query)
    if (kind === 'sqlite') await sumEachRow.execute(query)
  },
}

/** PostgreSQL sums whole batches, in the statement that stores them. */
const sumEachRow = sql`
  create trigger requests_usage after insert on requests begin
    insert into usage_hours (${sql.raw([...alike, ...sums].join(', '))})
    values (new.received_at - new.received_at % 3600000, new.account_id, new.key_id, new.model,
      coalesce(new.failure, new.outcome), new.first_token_bin, new.token_bin,
      1, new.prompt_tokens, new.cached_tokens, new.completion_tokens, new.reasoning_tokens)
    on conflict do update set
      ${sql.raw(sums.map((column) => `${column} = ${column} + excluded.${column}`).join(', '))};
  end`

import { sql } from 'kysely'
import type { UsageQuestion } from '../chat/usage-report.ts'
import type { Database } from './database.ts'
import { firstIdAt } from './requests.ts'
import type { UsageTable } from './tables.ts'

/** Requests of one step that are alike in all that is not a number of them or of tokens. */
export interface UsageRow extends Omit<UsageTable, 'account_id' | 'key_id' | 'model' | 'received_at'> {
  /** Which step it is, from 0. */
  readonly step: number
  readonly group: string
}

export const hour = 3_600_000

const columnOf = { model: 'model', account: 'account_id', key: 'key_id', none: null } as const

/**
 * What was used in each step. Steps of whole hours are read from the sums over each hour, of which there are no more than
 * requests; smaller ones from the requests themselves.
 */
export async function sumUsage(
  { query }: Database,
  { from, to, step, by, ...only }: UsageQuestion,
): Promise<readonly UsageRow[]> {
  const whole = step % hour === 0 && from % hour === 0
  const column = columnOf[by]
  const group = column === null ? sql`''` : sql.ref(column)
  const conditions = [
    whole
      ? sql`received_at >= ${from} and received_at < ${to}`
      : sql`id >= ${firstIdAt(from)} and id < ${firstIdAt(to)} and received_at >= ${from} and received_at < ${to}`,
    ...(only.accountId === null ? [] : [sql`account_id = ${only.accountId}`]),
    ...(only.keyId === null ? [] : [sql`key_id = ${only.keyId}`]),
    ...(only.model === null ? [] : [sql`model = ${only.model}`]),
  ]
  const sumOf = (counted: string) => sql`cast(sum(${sql.ref(counted)}) as bigint) as ${sql.ref(counted)}`
  const { rows } = await sql<UsageRow>`
    select
      (received_at - cast(${from} as bigint)) / cast(${step} as bigint) as step,
      ${group} as "group",
      ${whole ? sql.ref('outcome') : sql`coalesce(failure, outcome)`} as outcome,
      first_token_bin,
      token_bin,
      ${whole ? sumOf('requests') : sql`count(*) as requests`},
      ${sumOf('prompt_tokens')},
      ${sumOf('cached_tokens')},
      ${sumOf('completion_tokens')},
      ${sumOf('reasoning_tokens')}
    from ${sql.table(whole ? 'usage_hours' : 'requests')}
    where ${sql.join(conditions, sql` and `)}
    group by 1, 2, 3, 4, 5`.execute(query)
  return rows
}

/** Deletes the sums of hours that began before this time. */
export async function deleteUsage({ query }: Database, before: number): Promise<void> {
  await query.deleteFrom('usage_hours').where('received_at', '<', before).execute()
}

import { sql } from 'kysely'
import type { UsageQuestion } from '../chat/usage-report.ts'
import type { Database } from './database.ts'
import { firstIdAt } from './requests.ts'
import type { UsageTable } from './tables.ts'

/** Requests of one step that had the same outcome, or the same time: of the latter none but their number is told. */
export interface UsageRow extends Pick<
  UsageTable,
  'requests' | 'prompt_tokens' | 'cached_tokens' | 'completion_tokens' | 'reasoning_tokens'
> {
  /** Which step it is, from 0. */
  readonly step: number
  readonly group: string
  readonly alike: 'outcome' | 'first_token_bin' | 'token_bin'
  /** Empty but for rows of an outcome. */
  readonly outcome: string
  /** 0 but for rows of a time. */
  readonly bin: number
}

export const hour = 3_600_000

const tokens = ['prompt_tokens', 'cached_tokens', 'completion_tokens', 'reasoning_tokens'] as const

const columnOf = { model: 'model', account: 'account_id', key: 'key_id', none: null } as const

/**
 * What was used in each step. Steps of whole hours are read from the sums over each hour, of which there are no more than
 * requests; smaller ones from the requests themselves. Outcomes and times come apart: their combinations are hardly fewer than the
 * requests, and while those are read nobody else is served.
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
  const times = (bin: 'first_token_bin' | 'token_bin') => sql`
    select step, "group", ${sql.lit(bin)} as alike, '' as outcome, ${sql.ref(bin)} as bin, ${sumOf('requests')}, 0, 0, 0, 0
    from found where ${sql.ref(bin)} > 0 group by step, "group", ${sql.ref(bin)}`
  const { rows } = await sql<UsageRow>`
    with found as (select
      (received_at - cast(${from} as bigint)) / cast(${step} as bigint) as step,
      ${group} as "group",
      ${whole ? sql.ref('outcome') : sql`coalesce(failure, outcome)`} as outcome,
      first_token_bin,
      token_bin,
      ${whole ? sumOf('requests') : sql`count(*) as requests`},
      ${sql.join(tokens.map(sumOf))}
    from ${sql.table(whole ? 'usage_hours' : 'requests')}
    where ${sql.join(conditions, sql` and `)}
    group by 1, 2, 3, 4, 5)
    select step, "group", 'outcome' as alike, outcome, 0 as bin, ${sumOf('requests')}, ${sql.join(tokens.map(sumOf))}
    from found group by step, "group", outcome
    union all ${times('first_token_bin')}
    union all ${times('token_bin')}`.execute(query)
  return rows
}

/** Deletes the sums of hours that began before this time. */
export async function deleteUsage({ query }: Database, before: number): Promise<void> {
  await query.deleteFrom('usage_hours').where('received_at', '<', before).execute()
}

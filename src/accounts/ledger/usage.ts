import { percentile } from '../../chat/time-bins.ts'
import type { Percentiles, UsageQuestion, UsageReport, UsageSum } from '../../chat/usage-report.ts'
import type { Database } from '../../storage/database.ts'
import { sumUsage, type UsageRow } from '../../storage/usage.ts'

/** What was used over time. A request is in it a moment after its end, in the step in which it came in. */
export async function reportUsage(database: Database, question: UsageQuestion): Promise<UsageReport> {
  const rows = await sumUsage(database, question)
  const steps = sumsOf(rows, ({ step, group }) => `${String(step).padStart(6, '0')} ${group}`, question)
  const totals = sumsOf(rows, ({ group }) => group, question)
  return { ...question, steps, totals: totals.map((sum) => ({ ...sum, at: question.from })) }
}

/** Rows that have the same name are summed; in the order of the names. */
function sumsOf(
  rows: readonly UsageRow[],
  nameOf: (row: UsageRow) => string,
  { from, step }: UsageQuestion,
): readonly UsageSum[] {
  const named = Map.groupBy(rows, nameOf)
  return [...named]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, alike]) => sumOf(alike, from + (alike[0]?.step ?? 0) * step))
}

function sumOf(rows: readonly UsageRow[], at: number): UsageSum {
  const total = (count: (row: UsageRow) => number) => rows.reduce((sum, row) => sum + count(row), 0)
  const withOutcome = (outcome: string) => total((row) => (row.outcome === outcome ? row.requests : 0))
  const failed = rows.filter(({ outcome }) => !['finished', 'abandoned', ''].includes(outcome))
  const binsOf = (time: UsageRow['alike']) =>
    countsOf(
      rows.filter(({ alike }) => alike === time),
      ({ bin }) => bin,
    )
  return {
    at,
    group: rows[0]?.group ?? '',
    requests: total(({ alike, requests }) => (alike === 'outcome' ? requests : 0)),
    finished: withOutcome('finished'),
    abandoned: withOutcome('abandoned'),
    errors: countsOf(failed, ({ outcome }) => outcome),
    promptTokens: total((row) => row.prompt_tokens),
    cachedTokens: total((row) => row.cached_tokens),
    completionTokens: total((row) => row.completion_tokens),
    reasoningTokens: total((row) => row.reasoning_tokens),
    firstToken: percentilesOf(binsOf('first_token_bin')),
    token: percentilesOf(binsOf('token_bin')),
  }
}

function countsOf<Key>(rows: readonly UsageRow[], keyOf: (row: UsageRow) => Key): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>()
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + row.requests)
  return counts
}

function percentilesOf(counts: ReadonlyMap<number, number>): Percentiles {
  const at = (share: number) => percentile(counts, share)
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}

import type { UsageReport, UsageSum } from '../../api/usage.ts'
import type { Series } from '../../parts/time-chart.tsx'

/** Groups that a chart tells apart; what is used less goes together. */
const mostGroups = 5

/** Every step of the report's time. The report leaves out those in which nothing was asked. */
export function stepsOf({ from, to, step_seconds: seconds }: UsageReport): readonly string[] {
  const [begin, end, step] = [Date.parse(from), Date.parse(to), seconds * 1000]
  // Steps begin at whole multiples of their length.
  const first = Math.floor(begin / step) * step
  return Array.from({ length: Math.ceil((end - first) / step) }, (_, index) =>
    new Date(first + index * step).toISOString(),
  )
}

/** What `valueOf` says of each group at each step; the groups with the most requests first, and all others as one. */
export function seriesOf(
  { data, totals }: UsageReport,
  steps: readonly string[],
  valueOf: (sum: UsageSum) => number,
  others: string,
): readonly Series[] {
  const groups = byRequests(totals).map(({ group }) => group)
  const named = groups.slice(0, mostGroups)
  const series = (name: string, belongs: (group: string) => boolean): Series => ({
    name,
    values: steps.map((at) =>
      data.reduce((sum, one) => (one.at === at && belongs(one.group) ? sum + valueOf(one) : sum), 0),
    ),
  })
  const own = named.map((name) => series(name, (group) => group === name))
  return groups.length > mostGroups ? [...own, series(others, (group) => !named.includes(group))] : own
}

/** The group with the most requests. */
export function busiestOf({ totals }: UsageReport): string {
  return byRequests(totals)[0]?.group ?? ''
}

function byRequests(totals: readonly UsageSum[]): readonly UsageSum[] {
  return totals.toSorted((one, other) => other.requests - one.requests)
}

import { useQuery } from '@tanstack/react-query'
import { call, send } from './client.ts'

/** What was used over time, as docs/accounts.md has it. */
export interface UsageReport {
  readonly from: string
  readonly to: string
  readonly step_seconds: number
  readonly by: Grouping
  readonly data: readonly (UsageSum & { readonly at: string })[]
  readonly totals: readonly UsageSum[]
}

export interface UsageSum {
  readonly group: string
  readonly requests: number
  readonly finished: number
  readonly abandoned: number
  readonly failed: number
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly completion_tokens: number
  readonly reasoning_tokens: number
  /** How many failed, by kind. */
  readonly errors: Readonly<Record<string, number>>
  readonly first_token_ms: Percentiles
  readonly token_ms: Percentiles
}

export interface Percentiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

export const groupings = ['model', 'account', 'key'] as const
export type Grouping = (typeof groupings)[number]

/** How far back the page looks, and in which steps. */
export const spans = {
  hour: { seconds: 60 * 60, step: '1m' },
  day: { seconds: 24 * 60 * 60, step: '1h' },
  week: { seconds: 7 * 24 * 60 * 60, step: '6h' },
  month: { seconds: 30 * 24 * 60 * 60, step: '1d' },
} as const
export type Span = keyof typeof spans

export function useUsage(span: Span, by: Grouping) {
  return useQuery({
    queryKey: ['usage', span, by],
    queryFn: () => call<UsageReport>('GET', pathOf(span, by)),
    refetchInterval: 15_000,
  })
}

/** The same as a spreadsheet. */
export async function fetchUsageCsv(span: Span, by: Grouping): Promise<Blob> {
  const response = await send('GET', `${pathOf(span, by)}&format=csv`)
  return response.blob()
}

function pathOf(span: Span, by: Grouping): string {
  const { seconds, step } = spans[span]
  const from = new Date(Date.now() - seconds * 1000).toISOString()
  return `/admin/v1/usage?${new URLSearchParams({ from, step, by }).toString()}`
}

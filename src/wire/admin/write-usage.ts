import type { Percentiles, UsageReport, UsageSum } from '../../chat/usage-report.ts'

/** What was used, as a value for `JSON.stringify`. */
export function writeUsage({ from, to, step, by, steps, totals }: UsageReport): object {
  return {
    from: textOf(from),
    to: textOf(to),
    step_seconds: step / 1000,
    by,
    data: steps.map((sum) => ({ at: textOf(sum.at), ...fieldsOf(sum) })),
    totals: totals.map(fieldsOf),
  }
}

/** The steps as CSV (RFC 4180), with the names of its columns first and those of nested fields joined by a dot. */
export function writeUsageCsv({ steps }: UsageReport): string {
  const rows = steps.map((sum) => {
    const { errors, first_token_ms, token_ms, ...plain } = fieldsOf(sum)
    return [
      textOf(sum.at),
      ...Object.values(plain),
      ...[first_token_ms, token_ms].flatMap((times) => [times.p50, times.p90, times.p99]),
      Object.entries(errors)
        .map(([kind, count]) => `${kind}:${count}`)
        .join(' '),
    ]
  })
  return [columns, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')
}

const columns = [
  'at',
  'group',
  'requests',
  'finished',
  'abandoned',
  'failed',
  'prompt_tokens',
  'cached_tokens',
  'completion_tokens',
  'reasoning_tokens',
  'first_token_ms.p50',
  'first_token_ms.p90',
  'first_token_ms.p99',
  'token_ms.p50',
  'token_ms.p90',
  'token_ms.p99',
  'errors',
]

function fieldsOf(sum: UsageSum) {
  const { requests, finished, abandoned } = sum
  return {
    group: sum.group,
    requests,
    finished,
    abandoned,
    failed: requests - finished - abandoned,
    prompt_tokens: sum.promptTokens,
    cached_tokens: sum.cachedTokens,
    completion_tokens: sum.completionTokens,
    reasoning_tokens: sum.reasoningTokens,
    errors: Object.fromEntries(sum.errors),
    first_token_ms: timesOf(sum.firstToken),
    token_ms: timesOf(sum.token),
  }
}

/** To three digits, which is more than is known of them. */
function timesOf({ p50, p90, p99 }: Percentiles) {
  const short = (time: number | null) => (time === null ? null : Number(time.toPrecision(3)))
  return { p50: short(p50), p90: short(p90), p99: short(p99) }
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function cellOf(value: string | number | null): string {
  const text = String(value ?? '').replace(/^[=+\-@\t\r]/, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function textOf(time: number): string {
  return new Date(time).toISOString()
}

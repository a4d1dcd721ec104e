import type { UsageGroup, UsageQuestion } from '../../chat/usage-report.ts'
import { invalid } from '../refusals.ts'
import { type QueryFields, readQuery } from '../read-query.ts'

const known = ['from', 'to', 'step', 'by', 'account_id', 'key_id', 'model', 'format']
const groups: readonly UsageGroup[] = ['none', 'model', 'account', 'key']
const formats = ['json', 'csv'] as const

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const units = new Map([
  ['m', minute],
  ['h', hour],
  ['d', day],
])
const mostSteps = 1000

/**
 * Reads the query of `GET /admin/v1/usage`. Where the step is whole hours, the time begins and ends with an hour. Throws
 * `invalid-request`.
 */
export function readUsage(
  query: QueryFields,
  now: number,
): { readonly question: UsageQuestion; readonly format: (typeof formats)[number] } {
  const { text, time, choice } = readQuery(query, known)
  const step = readStep(text('step') ?? '1h')
  const begins = step % hour === 0 ? hour : minute
  const to = Math.ceil((time('to') ?? now) / begins) * begins
  const from = Math.floor((time('from') ?? to - day) / begins) * begins
  if (from >= to) throw invalid('from', 'must be before to')
  if (to - from > mostSteps * step)
    throw invalid('step', `must be longer: there may be ${mostSteps} steps between from and to`)
  return {
    question: {
      from,
      to,
      step,
      by: choice('by', groups) ?? 'none',
      accountId: text('account_id'),
      keyId: text('key_id'),
      model: text('model'),
    },
    format: choice('format', formats) ?? 'json',
  }
}

function readStep(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})([mhd])$/.exec(text) ?? []
  const length = units.get(unit)
  if (length === undefined) throw invalid('step', 'must be minutes, hours or days such as 5m, 1h or 1d')
  return Number(count) * length
}

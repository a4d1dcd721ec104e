import './usage.css'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import {
  fetchUsageCsv,
  type Grouping,
  groupings,
  type Percentiles,
  type Span,
  spans,
  type UsageReport,
  type UsageSum,
  useUsage,
} from '../../api/usage.ts'
import { showCount, showMs } from '../../parts/format.ts'
import { Problem } from '../../parts/problem.tsx'
import { saveFile } from '../../parts/save-file.ts'
import { BarChart, LineChart } from '../../parts/time-chart.tsx'
import { linkTo } from '../../shell/route.ts'
import { useText } from '../../text/text.ts'
import { seriesOf, stepsOf, busiestOf } from './series.ts'

const spanNames: readonly Span[] = ['hour', 'day', 'week', 'month']

/** What was used, over time and in sum. */
export function UsagePage() {
  const text = useText().usage
  const [span, setSpan] = useState<Span>('day')
  const [by, setBy] = useState<Grouping>('model')
  const { data, error, refetch } = useUsage(span, by)
  const download = useMutation({
    mutationFn: () => fetchUsageCsv(span, by),
    onSuccess: (csv) => saveFile(csv, `silica-usage-${span}-${by}.csv`),
  })
  const problem = error ?? download.error
  return (
    <div className="page">
      <div className="page-head">
        <h1>{text.title}</h1>
        <div className="row usage-choices">
          <select
            aria-label={text.span}
            value={span}
            onChange={({ target }) => setSpan(spanNames.find((name) => name === target.value) ?? span)}
          >
            {spanNames.map((name) => (
              <option key={name} value={name}>
                {text.spans[name]}
              </option>
            ))}
          </select>
          <select
            aria-label={text.by}
            value={by}
            onChange={({ target }) => setBy(groupings.find((name) => name === target.value) ?? by)}
          >
            {groupings.map((name) => (
              <option key={name} value={name}>
                {text.groupings[name]}
              </option>
            ))}
          </select>
          <button type="button" disabled={download.isPending} onClick={() => download.mutate()}>
            {text.csv}
          </button>
        </div>
      </div>
      {problem !== null && <Problem error={problem} again={() => void refetch()} />}
      {data !== undefined && <Report report={data} span={span} />}
    </div>
  )
}

function Report({ report, span }: { readonly report: UsageReport; readonly span: Span }) {
  const text = useText().usage
  const { totals, by } = report
  const { step } = spans[span]
  if (totals.length === 0) return <p className="panel empty">{text.nothing}</p>
  const steps = stepsOf(report)
  const requests = seriesOf(report, steps, ({ requests: count }) => count, text.others)
  const tokens = seriesOf(report, steps, (sum) => sum.prompt_tokens + sum.completion_tokens, text.others)
  return (
    <>
      <Sums totals={totals} />
      <div className="charts">
        <Chart title={text.requests} hint={text.perStep(step)}>
          <BarChart label={text.requests} steps={steps} series={requests} show={showCount} />
        </Chart>
        <Chart title={text.tokens} hint={text.perStep(step)}>
          <BarChart label={text.tokens} steps={steps} series={tokens} show={showCount} />
        </Chart>
        <Times report={report} steps={steps} field="first_token_ms" title={text.firstToken} />
        <Times report={report} steps={steps} field="token_ms" title={text.perToken} />
      </div>
      <section className="panel">
        <Totals totals={totals} by={by} />
      </section>
    </>
  )
}

/** Percentiles cannot be summed over groups, so they are those of the busiest one. */
function Times(props: {
  readonly report: UsageReport
  readonly steps: readonly string[]
  readonly field: 'first_token_ms' | 'token_ms'
  readonly title: string
}) {
  const { report, steps, field, title } = props
  const group = busiestOf(report)
  const of = (name: keyof Percentiles) => ({
    name,
    values: steps.map(
      (at) => report.data.find((sum) => sum.at === at && sum.group === group)?.[field][name] ?? null,
    ),
  })
  return (
    <Chart title={title} hint={group}>
      <LineChart label={title} steps={steps} series={[of('p50'), of('p90'), of('p99')]} show={showMs} />
    </Chart>
  )
}

function Chart(props: { readonly title: string; readonly hint: string; readonly children: React.ReactNode }) {
  return (
    <section className="panel" aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        <span className="hint">{props.hint}</span>
      </header>
      {props.children}
    </section>
  )
}

function Sums({ totals }: { readonly totals: readonly UsageSum[] }) {
  const text = useText().usage
  const sum = (field: 'requests' | 'failed' | 'prompt_tokens' | 'cached_tokens' | 'completion_tokens') =>
    totals.reduce((all, one) => all + one[field], 0)
  const facts = [
    [text.requests, sum('requests')],
    [text.failed, sum('failed')],
    [text.promptTokens, sum('prompt_tokens')],
    [text.cachedTokens, sum('cached_tokens')],
    [text.completionTokens, sum('completion_tokens')],
  ] as const
  return (
    <dl className="panel sums">
      {facts.map(([name, count]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{showCount(count)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Where requests are looked for by what is summed. */
const filterOf = { model: 'model', account: 'account_id', key: 'key_id' } as const

function Totals({ totals, by }: { readonly totals: readonly UsageSum[]; readonly by: Grouping }) {
  const text = useText().usage
  return (
    <div className="scroll-x">
      <table className="data">
        <thead>
          <tr>
            <th>{text.group}</th>
            <th className="number">{text.requests}</th>
            <th>{text.errors}</th>
            <th className="number">{text.promptTokens}</th>
            <th className="number">{text.completionTokens}</th>
            <th className="number">{text.firstToken} p50 / p90 / p99</th>
            <th className="number">{text.perToken} p50 / p90 / p99</th>
          </tr>
        </thead>
        <tbody>
          {totals.map((sum) => (
            <tr key={sum.group}>
              <td>{sum.group}</td>
              <td className="number">{sum.requests}</td>
              <td>
                <div className="row">
                  {Object.entries(sum.errors).map(([kind, count]) => (
                    <a
                      key={kind}
                      className="tag bad"
                      href={linkTo('requests', '', { failure: kind, [filterOf[by]]: sum.group })}
                    >
                      {kind} {count}
                    </a>
                  ))}
                  {sum.abandoned > 0 && (
                    <span className="tag warn">
                      {text.abandoned} {sum.abandoned}
                    </span>
                  )}
                </div>
              </td>
              <td className="number">{showCount(sum.prompt_tokens)}</td>
              <td className="number">{showCount(sum.completion_tokens)}</td>
              <td className="number nowrap">{showPercentiles(sum.first_token_ms)}</td>
              <td className="number nowrap">{showPercentiles(sum.token_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function showPercentiles({ p50, p90, p99 }: Percentiles): string {
  return [p50, p90, p99].map(showMs).join(' / ')
}

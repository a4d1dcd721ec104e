import './time-chart.css'
import type { ReactNode } from 'react'

export interface Series {
  readonly name: string
  /** One for each step; null where there is nothing to tell. */
  readonly values: readonly (number | null)[]
}

interface ChartProps {
  readonly label: string
  /** When each step begins. */
  readonly steps: readonly string[]
  readonly series: readonly Series[]
  readonly show: (value: number) => string
}

/** Bars of one stack for each step. The table beside it says the same in numbers. */
export function BarChart({ label, steps, series, show }: ChartProps) {
  const sums = steps.map((_, step) => series.reduce((sum, { values }) => sum + (values[step] ?? 0), 0))
  const scale = scaleOf(sums)
  return (
    <Frame label={label} steps={steps} series={series} scale={scale} show={show}>
      {steps.map((step, index) => {
        let base = 1
        return series.map(({ name, values }, place) => {
          const value = values[index] ?? 0
          base -= value / scale
          return (
            value > 0 && (
              <rect
                key={name + step}
                className={`series-${place}`}
                x={index + 0.12}
                y={base}
                width={0.76}
                height={value / scale}
              >
                <title>{`${name}, ${showTime(step)}: ${show(value)}`}</title>
              </rect>
            )
          )
        })
      })}
    </Frame>
  )
}

/** A line for each series, with a gap where there is nothing to tell. */
export function LineChart({ label, steps, series, show }: ChartProps) {
  const scale = scaleOf(series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  return (
    <Frame label={label} steps={steps} series={series} scale={scale} show={show}>
      {series.map(({ name, values }, place) => (
        <path key={name} className={`line series-${place}`} d={pathOf(values, scale)} />
      ))}
      {steps.map((step, index) => (
        <rect key={step} className="sense" x={index} y={0} width={1} height={1}>
          <title>
            {[
              showTime(step),
              ...series.map(({ name, values }) => `${name}: ${showOrDash(values[index], show)}`),
            ].join('\n')}
          </title>
        </rect>
      ))}
    </Frame>
  )
}

/** Steps are one wide, values between 0 and 1 from the bottom. */
function pathOf(values: readonly (number | null)[], scale: number): string {
  return values
    .map((value, index) => {
      if (value === null) return ''
      const y = 1 - value / scale
      const begins = (values[index - 1] ?? null) === null
      // A step has some width, so that one that stands alone is seen.
      return `${begins ? 'M' : 'L'}${index + 0.3} ${y}h0.4`
    })
    .join('')
}

function Frame(props: ChartProps & { readonly scale: number; readonly children: ReactNode }) {
  const { label, steps, series, scale, show, children } = props
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => steps[Math.round(part * (steps.length - 1))] ?? '')
  const span = Date.parse(steps.at(-1) ?? '') - Date.parse(steps[0] ?? '')
  return (
    <figure className="chart">
      <div className="plot">
        <div className="values" aria-hidden="true">
          {[1, 0.5, 0].map((part) => (
            <span key={part}>{show(part * scale)}</span>
          ))}
        </div>
        {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- what is drawn here can be no file */}
        <svg viewBox={`0 0 ${steps.length} 1`} preserveAspectRatio="none" role="img" aria-label={label}>
          {children}
        </svg>
        <div className="times" aria-hidden="true">
          {marks.map((at) => (
            <span key={at}>{showTime(at, span)}</span>
          ))}
        </div>
      </div>
      <figcaption>
        {series.map(({ name }, place) => (
          <span key={name} className={`series-${place}`}>
            {name}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}

/** A round number that is no less than the largest value. */
function scaleOf(values: readonly number[]): number {
  const largest = Math.max(...values, 0)
  if (largest === 0) return 1
  const unit = 10 ** Math.floor(Math.log10(largest))
  return [1, 2, 4, 6, 8].map((part) => part * unit).find((scale) => scale >= largest) ?? 10 * unit
}

function showOrDash(value: number | null | undefined, show: (value: number) => string): string {
  return value === null || value === undefined ? '–' : show(value)
}

const dayMs = 24 * 60 * 60 * 1000

/** The day where the steps go over more than two of them, else the time. */
function showTime(at: string, span = 0): string {
  const date = new Date(at)
  return span > 2 * dayMs
    ? date.toLocaleDateString(undefined, { month: 'numeric', day: 'numeric' })
    : date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })
}

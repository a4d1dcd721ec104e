/** Something that is counted, with one value for each combination of its labels' values. */
export interface Instrument {
  /** In Prometheus' text format, as of now. */
  write(): string
}

export interface Counter extends Instrument {
  add(by: number, ...labels: readonly string[]): void
}

export interface Histogram extends Instrument {
  observe(value: number, ...labels: readonly string[]): void
}

/** Values of labels must be few: each combination is kept for as long as the process runs. */
export function counter(name: string, help: string, ...names: readonly string[]): Counter {
  const values = new Map<string, number>()
  return {
    add(by, ...labels) {
      const key = keyOf(names, labels)
      values.set(key, (values.get(key) ?? 0) + by)
    },
    write: () => head(name, help, 'counter') + lines(name, values),
  }
}

/** What is read when it is asked for. `read` gives the value of each combination of labels. */
export function reading(
  name: string,
  help: string,
  names: readonly string[],
  read: () => Iterable<readonly [value: number, ...labels: readonly string[]]>,
): Instrument {
  return {
    write() {
      const values = [...read()].map(([value, ...labels]) => [keyOf(names, labels), value] as const)
      return head(name, help, name.endsWith('_total') ? 'counter' : 'gauge') + lines(name, values)
    },
  }
}

/** `bounds` are the upper ends of its buckets, rising. */
export function histogram(
  name: string,
  help: string,
  bounds: readonly number[],
  ...names: readonly string[]
): Histogram {
  const series = new Map<string, { readonly counts: number[]; sum: number }>()
  return {
    observe(value, ...labels) {
      const key = keyOf(names, labels)
      const one = series.get(key) ?? { counts: Array<number>(bounds.length + 1).fill(0), sum: 0 }
      series.set(key, one)
      let bucket = bounds.findIndex((bound) => value <= bound)
      if (bucket === -1) bucket = bounds.length
      one.counts[bucket] = (one.counts[bucket] ?? 0) + 1
      one.sum += value
    },
    write() {
      let text = head(name, help, 'histogram')
      for (const [key, { counts, sum }] of series) {
        let below = 0
        const buckets = counts.map(
          (count, at) => [withLabel(key, 'le', String(bounds[at] ?? '+Inf')), (below += count)] as const,
        )
        text += lines(`${name}_bucket`, buckets)
        text += lines(`${name}_sum`, [[key, sum]]) + lines(`${name}_count`, [[key, below]])
      }
      return text
    },
  }
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
}

function lines(name: string, values: Iterable<readonly [labels: string, value: number]>): string {
  let text = ''
  for (const [labels, value] of values) text += `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`
  return text
}

function keyOf(names: readonly string[], labels: readonly string[]): string {
  let key = ''
  for (const [at, name] of names.entries()) key = withLabel(key, name, labels[at] ?? '')
  return key
}

function withLabel(labels: string, name: string, value: string): string {
  const escaped = /["\\\n]/.test(value) ? JSON.stringify(value) : `"${value}"`
  return `${labels}${labels === '' ? '' : ','}${name}=${escaped}`
}

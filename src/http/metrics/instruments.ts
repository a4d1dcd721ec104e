/** Something that is counted, with one value for each combination of its labels' values. */
export interface Instrument {
  /** In Prometheus' text format, as of now. */
  write(): string
}

export interface Counter extends Instrument {
  /** The one that has these values of its labels; to be kept by whoever counts often. */
  of(...labels: readonly string[]): { add(by: number): void }
}

export interface Histogram extends Instrument {
  /** As a counter's. */
  of(...labels: readonly string[]): { observe(value: number): void }
}

/** Values of labels must be few: each combination is kept for as long as the process runs. */
export function counter(name: string, help: string, ...names: readonly string[]): Counter {
  const series = new Map<string, { value: number; add(by: number): void }>()
  const fresh = () => ({
    value: 0,
    add(by: number) {
      this.value += by
    },
  })
  return {
    of: (...labels) => findOrMake(series, labels.join(between), fresh),
    write() {
      const values = [...series].map(([key, { value }]) => [keyOf(names, key.split(between)), value] as const)
      return head(name, help, 'counter') + lines(name, values)
    },
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
  const series = new Map<string, { counts: number[]; sum: number; observe(value: number): void }>()
  const fresh = () => ({
    counts: Array<number>(bounds.length + 1).fill(0),
    sum: 0,
    observe(value: number) {
      const found = bounds.findIndex((bound) => value <= bound)
      const bucket = found === -1 ? bounds.length : found
      this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
      this.sum += value
    },
  })
  return {
    of: (...labels) => findOrMake(series, labels.join(between), fresh),
    write() {
      let text = head(name, help, 'histogram')
      for (const [labels, { counts, sum }] of series) {
        const key = keyOf(names, labels.split(between))
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

/** Series are found by the values of their labels as they are, which are written out when somebody asks. */
const between = '\0'

function findOrMake<One>(all: Map<string, One>, key: string, make: () => One): One {
  const found = all.get(key) ?? make()
  all.set(key, found)
  return found
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

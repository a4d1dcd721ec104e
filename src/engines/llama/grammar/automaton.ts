import { Failure } from '../../../chat/failure.ts'
import type { Expression, Ranges } from './expression.ts'
import { anyCharacter, intersect, unite } from './ranges.ts'
import type { Site } from './work.ts'

/**
 * A deterministic automaton: from its first state one edge at most takes each character. Every state can be reached, and
 * an ending state can be reached from every one; so an automaton without states matches nothing.
 */
export type Automaton = readonly State[]

export interface State {
  /** Whether a text may end here. */
  readonly ends: boolean
  readonly edges: readonly Edge[]
}

export interface Edge {
  readonly ranges: Ranges
  /** The index of a state. */
  readonly to: number
}

/** More states than this are refused: each becomes a rule of the grammar. */
const mostStates = 4000

/** The automaton of an expression without rules. Throws a `Failure` naming the site where it would be too large. */
export function automatonOf(expression: Expression, site: Site): Automaton {
  const machine = new Machine(site)
  const first = machine.state()
  const last = machine.build(expression, first)
  return trim(determinise(machine, first, last, site))
}

/** The texts that both match. */
export function bothOf(one: Automaton, other: Automaton, site: Site): Automaton {
  if (one.length === 0 || other.length === 0) return []
  const pairs: [number, number][] = [[0, 0]]
  const known = new Map([['0,0', 0]])
  const states: State[] = []
  for (const [a, b] of pairs) {
    const [left, right] = [one[a], other[b]]
    if (left === undefined || right === undefined) break
    const edges: Edge[] = []
    site.work.spend(left.edges.length * right.edges.length, site.field)
    for (const x of left.edges)
      for (const y of right.edges) {
        const ranges = intersect(x.ranges, y.ranges)
        if (ranges.length === 0) continue
        const key = `${x.to},${y.to}`
        const to = known.get(key) ?? pairs.push([x.to, y.to]) - 1
        known.set(key, to)
        edges.push({ ranges, to })
      }
    states.push({ ends: left.ends && right.ends, edges })
    checkSize(states.length, site)
  }
  return trim(states)
}

/** Whether the automaton matches a text. */
export function matches(automaton: Automaton, text: string): boolean {
  let state = automaton[0]
  for (const character of text) {
    const next = state === undefined ? undefined : follow(state, character.codePointAt(0) ?? 0)
    if (next === undefined) return false
    state = automaton[next]
  }
  return state?.ends ?? false
}

/** The state that one character leads to. */
export function follow(state: State, point: number): number | undefined {
  return state.edges.find((edge) => edge.ranges.some(([from, to]) => from <= point && point <= to))?.to
}

/** The texts of `min` to `max` characters. */
export function automatonOfLength(min: number, max: number, site: Site): Automaton {
  const last = max === Infinity ? min : max
  checkSize(last, site)
  return Array.from({ length: last + 1 }, (_, length) => ({
    ends: length >= min,
    edges: length < max ? [{ ranges: anyCharacter, to: Math.min(length + 1, last) }] : [],
  }))
}

/** Thompson's construction: states with edges for characters, and steps that take none. */
class Machine {
  readonly edges: Edge[][] = []
  readonly steps: number[][] = []
  readonly #site: Site

  constructor(site: Site) {
    this.#site = site
  }

  state(): number {
    checkSize(this.edges.length / 4, this.#site)
    this.steps.push([])
    return this.edges.push([]) - 1
  }

  /** Adds the expression from state `from` on; gives the state where it has matched. */
  build(expression: Expression, from: number): number {
    switch (expression.kind) {
      case 'text':
        return Array.from(expression.text).reduce((at, char) => this.#edge(at, charRange(char)), from)
      case 'class':
        return this.#edge(from, expression.ranges)
      case 'sequence':
        return expression.parts.reduce((at, part) => this.build(part, at), from)
      case 'choice': {
        const end = this.state()
        for (const option of expression.options) this.#step(this.build(option, from), end)
        return end
      }
      case 'repeat':
        return this.#repeat(expression, from)
      case 'rule':
        throw new Failure('internal', 'A rule stands in a regular expression.')
    }
  }

  #repeat({ part, min, max }: Expression & { readonly kind: 'repeat' }, from: number): number {
    let at = from
    for (let times = 0; times < min; times++) at = this.build(part, at)
    if (max === Infinity) {
      // A loop has a state of its own: whatever else begins where it does must not lead into it.
      const loop = this.state()
      this.#step(at, loop)
      this.#step(this.build(part, loop), loop)
      return loop
    }
    const end = this.state()
    this.#step(at, end)
    for (let times = min; times < max; times++) {
      at = this.build(part, at)
      this.#step(at, end)
    }
    return end
  }

  #edge(from: number, ranges: Ranges): number {
    const to = this.state()
    this.edges[from]?.push({ ranges, to })
    return to
  }

  #step(from: number, to: number): void {
    this.steps[from]?.push(to)
  }
}

function charRange(character: string): Ranges {
  const point = character.codePointAt(0) ?? 0
  return [[point, point]]
}

/** The subset construction. */
function determinise(machine: Machine, first: number, last: number, site: Site): State[] {
  const sets: number[][] = [closure(machine, [first])]
  const known = new Map([[sets[0]?.join() ?? '', 0]])
  const states: State[] = []
  for (const set of sets) {
    site.work.spend(set.length, site.field)
    const edges = set.flatMap((state) => machine.edges[state] ?? [])
    const byTarget = new Map<number, [number, number][]>()
    for (const [from, to] of pieces(edges)) {
      const targets = edges.filter((edge) => edge.ranges.some((range) => range[0] <= from && to <= range[1]))
      if (targets.length === 0) continue
      const next = closure(
        machine,
        targets.map((edge) => edge.to),
      )
      const key = next.join()
      const target = known.get(key) ?? sets.push(next) - 1
      known.set(key, target)
      byTarget.set(target, [...(byTarget.get(target) ?? []), [from, to]])
    }
    states.push({
      ends: set.includes(last),
      edges: [...byTarget].map(([to, ranges]) => ({ ranges: unite(ranges), to })),
    })
    checkSize(sets.length, site)
  }
  return states
}

function closure(machine: Machine, states: readonly number[]): number[] {
  const reached = new Set(states)
  for (const state of reached) for (const next of machine.steps[state] ?? []) reached.add(next)
  return [...reached].toSorted((a, b) => a - b)
}

/** Ranges so small that each edge takes all of one or nothing of it. */
function pieces(edges: readonly Edge[]): [number, number][] {
  const starts = new Set(edges.flatMap(({ ranges }) => ranges.flatMap(([from, to]) => [from, to + 1])))
  const sorted = [...starts].toSorted((a, b) => a - b)
  return sorted.slice(1).map((end, index) => [sorted[index] ?? 0, end - 1])
}

/** Drops the states from which no text can end, and those that nothing leads to. */
export function trim(states: readonly State[]): Automaton {
  const sources = states.map((): number[] => [])
  for (const [from, { edges }] of states.entries()) for (const { to } of edges) sources[to]?.push(from)
  const alive = new Set(states.flatMap(({ ends }, index) => (ends ? [index] : [])))
  for (const state of alive) for (const source of sources[state] ?? []) alive.add(source)
  if (!alive.has(0)) return []
  const order = [0]
  const places = new Map([[0, 0]])
  const trimmed: State[] = []
  for (const state of order) {
    const { ends, edges } = states[state] ?? { ends: false, edges: [] }
    const kept = edges.filter(({ to }) => alive.has(to))
    trimmed.push({
      ends,
      edges: kept.map(({ ranges, to }) => {
        const place = places.get(to) ?? order.push(to) - 1
        places.set(to, place)
        return { ranges, to: place }
      }),
    })
  }
  return trimmed
}

/** Also counts the state as work. */
function checkSize(states: number, { field, work }: Site): void {
  work.spend(1, field)
  if (states <= mostStates) return
  throw new Failure(
    'invalid-request',
    `${field} is too large to be enforced: it would take more than ${mostStates} states to follow.`,
    { field },
  )
}

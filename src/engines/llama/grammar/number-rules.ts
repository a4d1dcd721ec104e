import type { Automaton, Edge } from './automaton.ts'
import { automatonOf, bothOf } from './automaton.ts'
import type { Expression } from './expression.ts'
import { empty, nothing, oneOf } from './expression.ts'
import { numberOf } from './keywords.ts'
import type { Bound, NumberBounds } from './numbers.ts'
import { exactDigits, integerDigits, integers, numbers } from './numbers.ts'
import { charactersOf, unite } from './ranges.ts'
import type { Rules } from './rules.ts'
import type { SchemaNode } from './schema-nodes.ts'
import { malformed, pathOf, refuse } from './schema-nodes.ts'
import type { ValueKind } from './value-kinds.ts'
import { writeAutomaton } from './write-automaton.ts'

/** The numbers of `kinds` that satisfy some schemas. */
export function numberExpression(
  nodes: readonly SchemaNode[],
  kinds: ReadonlySet<ValueKind>,
  rules: Rules,
): Expression {
  const bounds = boundsOf(nodes)
  const steps = nodes.flatMap(stepOf)
  const whole = steps.findLast((step) => step.factor > 1)
  if (steps.some((step) => step.factor !== whole?.factor && step.factor > 1))
    throw refuse(whole?.path ?? '', 'only one multipleOf in a place can be enforced')
  if (whole !== undefined) {
    const site = rules.at(whole.path)
    // Each digit after each remainder, some times over.
    site.work.spend(whole.factor * 10, whole.path)
    const range = automatonOf(integerDigits(bounds, exactDigits), site)
    return writeAutomaton(bothOf(range, multiplesOf(whole.factor), site), rules, oneOf, () => empty)
  }
  const places = Math.min(...steps.map((step) => step.places), Infinity)
  const isWhole = !kinds.has('fraction') || places === 0
  // A number that must not be whole is none of JSON Schema's types.
  if (!isWhole && !kinds.has('integer')) return nothing
  return rules.once(`number ${JSON.stringify([bounds, isWhole, places])}`, () =>
    rules.add('number', isWhole ? integers(bounds) : numbers(bounds, places)),
  )
}

/** What a `multipleOf` asks for: a whole factor, or as many digits after the point as a power of ten has. */
interface Step {
  readonly factor: number
  readonly places: number
  readonly path: string
}

/** Larger factors would need too many states. */
const mostFactor = 1000

function stepOf(node: SchemaNode): Step[] {
  const step = numberOf(node, 'multipleOf')
  if (step === null) return []
  const path = pathOf(node.path, 'multipleOf')
  if (step <= 0) throw malformed(path, 'a number above 0')
  const places = Math.round(-Math.log10(step))
  if (places >= 0 && places <= 15 && Number(`1e-${places}`) === step) return [{ factor: 1, places, path }]
  if (Number.isInteger(step) && step <= mostFactor) return [{ factor: step, places: 0, path }]
  throw refuse(path, `it must be a whole number up to ${mostFactor}, or a power of ten below 1`)
}

/**
 * Whole numbers that a factor divides, digit by digit. There is one state for the start, one for the sign, and one for
 * each set of remainders that no digits to come can tell apart.
 */
function multiplesOf(factor: number): Automaton {
  const classes = remainderClasses(factor)
  const edges = (remainder: number): Edge[] => {
    const targets = new Map<number, [number, number][]>()
    for (const [digit, to] of classesAfter(remainder, classes).entries())
      targets.set(to, [...(targets.get(to) ?? []), [0x30 + digit, 0x30 + digit]])
    return [...targets].map(([to, ranges]) => ({ ranges: unite(ranges), to: to + 2 }))
  }
  const states = new Map(
    classes.map((each, remainder) => [each, { ends: remainder === 0, edges: edges(remainder) }]),
  )
  return [
    { ends: false, edges: [{ ranges: charactersOf('-'), to: 1 }, ...edges(0)] },
    { ends: false, edges: edges(0) },
    ...[...states].toSorted(([a], [b]) => a - b).map(([, state]) => state),
  ]
}

/** The class of each remainder, found by telling apart more and more of them. */
function remainderClasses(factor: number): readonly number[] {
  let classes: number[] = Array.from({ length: factor }, (_, remainder) => (remainder === 0 ? 0 : 1))
  for (let count = 0; ;) {
    const known = new Map<string, number>()
    const current = classes
    classes = current.map((own, remainder) => {
      const key = [own, ...classesAfter(remainder, current)].join()
      const each = known.get(key) ?? known.size
      known.set(key, each)
      return each
    })
    if (known.size === count) return classes
    count = known.size
  }
}

/** The class that each digit leads to. */
function classesAfter(remainder: number, classes: readonly number[]): number[] {
  return Array.from({ length: 10 }, (_, digit) => classes[(remainder * 10 + digit) % classes.length] ?? 0)
}

/** Beyond this not every whole number is a double, and a bound may not be kept by what comes next to it. */
const lastExact = 2 ** 53

function boundsOf(nodes: readonly SchemaNode[]): NumberBounds {
  const mins = nodes.flatMap((node) => boundsNamed(node, 'minimum', 'exclusiveMinimum'))
  const maxs = nodes.flatMap((node) => boundsNamed(node, 'maximum', 'exclusiveMaximum'))
  return { min: strictest(mins, (a, b) => a > b), max: strictest(maxs, (a, b) => a < b) }
}

/** Both the exclusive bound of today and that of draft 4, a boolean beside the inclusive one. */
function boundsNamed(node: SchemaNode, inclusive: string, exclusive: string): Bound[] {
  const value = numberOf(node, inclusive)
  const flag = node.schema[exclusive]
  if (typeof flag === 'boolean') return value === null ? [] : [boundAt(node, inclusive, value, flag)]
  const limit = numberOf(node, exclusive)
  return [
    ...(value === null ? [] : [boundAt(node, inclusive, value, false)]),
    ...(limit === null ? [] : [boundAt(node, exclusive, limit, true)]),
  ]
}

function boundAt({ path }: SchemaNode, keyword: string, value: number, exclusive: boolean): Bound {
  if (exclusive && Math.abs(value) > lastExact)
    throw refuse(pathOf(path, keyword), `only bounds up to ${lastExact} can be exclusive`)
  return { value, exclusive }
}

function strictest(bounds: readonly Bound[], isStricter: (a: number, b: number) => boolean): Bound | null {
  return bounds.reduce<Bound | null>((strict, bound) => {
    if (strict === null || isStricter(bound.value, strict.value)) return bound
    return bound.value === strict.value && bound.exclusive ? bound : strict
  }, null)
}

/** Whether a number satisfies some schemas. */
export function admitsNumber(nodes: readonly SchemaNode[], value: number): boolean {
  const { min, max } = boundsOf(nodes)
  const isAbove = min === null || (min.exclusive ? value > min.value : value >= min.value)
  const isBelow = max === null || (max.exclusive ? value < max.value : value <= max.value)
  const steps = nodes.flatMap((node) => numberOf(node, 'multipleOf') ?? [])
  return isAbove && isBelow && steps.every((step) => Number.isInteger(value / step))
}

import type { Automaton, Edge } from './automaton.ts'
import { automatonOf, bothOf } from './automaton.ts'
import type { Expression } from './expression.ts'
import { choice, empty, oneOf } from './expression.ts'
import { numberOf } from './keywords.ts'
import type { Bound, NumberBounds } from './numbers.ts'
import { integerDigits, integers, numbers } from './numbers.ts'
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
    const range = automatonOf(integerDigits(bounds), whole.path)
    return writeAutomaton(bothOf(range, multiplesOf(whole), whole.path), rules, oneOf, () => empty)
  }
  const places = Math.min(...steps.map((step) => step.places), Infinity)
  if (!kinds.has('fraction') || places === 0) return integers(bounds)
  // A number that must not be whole is none of JSON Schema's types.
  return kinds.has('integer') ? numbers(bounds, places) : choice([])
}

/** What a `multipleOf` asks for: a whole factor, or as many digits after the point as a power of ten has. */
interface Step {
  readonly factor: number
  readonly places: number
  readonly path: string
}

/** Larger factors would need too many states. */
const mostFactor = 200

function stepOf(node: SchemaNode): Step[] {
  const step = numberOf(node, 'multipleOf')
  if (step === null) return []
  const path = pathOf(node.path, 'multipleOf')
  if (step <= 0) throw malformed(path, 'a number above 0')
  const power = Math.round(Math.log10(step))
  const isPower = Number(`1e${power}`) === step && power >= -15 && power <= 15
  if (isPower && power <= 0) return [{ factor: 1, places: -power, path }]
  if (isPower || (Number.isInteger(step) && step <= mostFactor)) return [{ factor: step, places: 0, path }]
  throw refuse(path, `it must be a power of ten or a whole number up to ${mostFactor}`)
}

const minus = 0x2d
const zero = 0x30

/** Whole numbers, digit by digit, that a factor divides. */
function multiplesOf({ factor }: Step): Automaton {
  return factor > mostFactor ? endingInZeros(Math.round(Math.log10(factor))) : withoutRemainder(factor)
}

/** One state for each remainder, behind one for the sign. */
function withoutRemainder(factor: number): Automaton {
  const digits = (remainder: number): Edge[] =>
    Array.from({ length: 10 }, (_, digit) => ({
      ranges: [[zero + digit, zero + digit]] as const,
      to: ((remainder * 10 + digit) % factor) + 1,
    }))
  const start = { ends: false, edges: [{ ranges: [[minus, minus]] as const, to: 1 + factor }, ...digits(0)] }
  const remainders = Array.from({ length: factor }, (_, remainder) => ({
    ends: remainder === 0,
    edges: digits(remainder),
  }))
  return [start, ...remainders, { ends: false, edges: digits(0) }]
}

/** Numbers with so many zeros at their end, and zero itself. One state for each zero so far, behind one for the sign. */
function endingInZeros(count: number): Automaton {
  const after = (zeros: number): Edge[] => [
    { ranges: [[zero, zero]], to: 2 + Math.min(zeros + 1, count) },
    { ranges: [[zero + 1, zero + 9]], to: 2 },
  ]
  const begin = [
    { ranges: [[zero, zero]] as const, to: 2 + count },
    { ranges: [[zero + 1, zero + 9]] as const, to: 2 },
  ]
  const counting = Array.from({ length: count + 1 }, (_, zeros) => ({
    ends: zeros === count,
    edges: after(zeros),
  }))
  return [
    { ends: false, edges: [{ ranges: [[minus, minus]], to: 1 }, ...begin] },
    { ends: false, edges: begin },
    ...counting,
  ]
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

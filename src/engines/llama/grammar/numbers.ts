import type { Expression } from './expression.ts'
import { choice, nothing, oneOf, optional, repeat, sequence, text } from './expression.ts'
import { anyInteger, anyNumber } from './json-text.ts'

/** The numbers that a schema lets pass. `exclusive`: the bound itself does not. */
export interface NumberBounds {
  readonly min: Bound | null
  readonly max: Bound | null
}

export interface Bound {
  readonly value: number
  readonly exclusive: boolean
}

/** Digits of an integer: what fits into 64 bits whatever they are. */
const mostDigits = 18
const largest = 10n ** BigInt(mostDigits) - 1n

const digit = oneOf([[0x30, 0x39]])

/** Integers without exponent, within bounds; of nothing where there are none. */
export function integers(bounds: NumberBounds): Expression {
  return bounds.min === null && bounds.max === null ? anyInteger : integerDigits(bounds)
}

/** The same without rules, as automata need it, and of so many digits at most. */
export function integerDigits(bounds: NumberBounds, digits = mostDigits): Expression {
  const limit = 10n ** BigInt(digits) - 1n
  const min = larger(lowest(bounds.min), -limit)
  const max = smaller(highest(bounds.max), limit)
  const negative = min < 0n ? magnitudes(max < 0n ? -max : 1n, -min) : nothing
  const positive = max >= 0n ? magnitudes(larger(min, 0n), max) : nothing
  return choice([sequence(text('-'), negative), positive])
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** Digits that two decimal numbers may have and still be two different doubles. */
export const exactDigits = 15

/**
 * Numbers within bounds, of at most `places` digits after the point. Where either is given they have no exponent, and so
 * few digits that no rounding takes them over a bound.
 */
export function numbers(bounds: NumberBounds, places: number): Expression {
  // What has more digits than can be written is no bound.
  const min = bounds.min !== null && bounds.min.value <= -1e18 ? null : bounds.min
  const max = bounds.max !== null && bounds.max.value >= 1e18 ? null : bounds.max
  if (min === null && max === null && places === Infinity) return anyNumber
  const zero = { value: 0, exclusive: false }
  const aboveZero = { value: 0, exclusive: true }
  const isNegative = min === null || min.value < 0
  const isPositive = max === null || max.value > 0 || (max.value === 0 && !max.exclusive)
  const negative = isNegative
    ? decimals(max !== null && max.value < 0 ? opposite(max) : aboveZero, min && opposite(min), places)
    : nothing
  const positive = isPositive ? decimals(min !== null && min.value >= 0 ? min : zero, max, places) : nothing
  return choice([sequence(text('-'), negative), positive])
}

function opposite({ value, exclusive }: Bound): Bound {
  return { value: -value, exclusive }
}

/** Plain decimals from `min`, which is not negative, to `max`. */
function decimals(min: Bound, max: Bound | null, places: number): Expression {
  const whole = Math.max(wholeDigits(min.value), max === null ? 0 : wholeDigits(max.value))
  const size = Math.min(places, Math.max(1, exactDigits - whole))
  // Counted in the smallest steps there are: units of the last place.
  const unit = 10n ** BigInt(size)
  const low = inUnits(min.value, size, 'up') + (min.exclusive && isExact(min.value, size) ? 1n : 0n)
  const high =
    max === null
      ? (largest + 1n) * unit - 1n
      : inUnits(max.value, size, 'down') - (max.exclusive && isExact(max.value, size) ? 1n : 0n)
  if (low > high) return nothing
  const [first, last] = [low / unit, high / unit]
  const fractionOf = (units: bigint): string => String(units % unit).padStart(size, '0')
  const [zeros, nines] = ['0'.repeat(size), '9'.repeat(size)]
  if (first === last) return sequence(text(String(first)), fraction(fractionOf(low), fractionOf(high)))
  const options = [
    sequence(text(String(first)), fraction(fractionOf(low), nines)),
    sequence(text(String(last)), fraction(zeros, fractionOf(high))),
  ]
  if (last - first > 1n) options.push(sequence(magnitudes(first + 1n, last - 1n), fraction(zeros, nines)))
  return choice(options)
}

function wholeDigits(value: number): number {
  return String(BigInt(Math.trunc(Math.min(value, 1e18)))).length
}

/** The point and what follows it, from one row of digits to another; nothing at all stands for zeros. */
function fraction(from: string, to: string): Expression {
  const some = sequence(text('.'), digitsBetween(from, to))
  return isAll('0', from) ? optional(some) : some
}

/** One digit or more, such that with zeros appended they lie between two rows of digits. */
function digitsBetween(from: string, to: string): Expression {
  const [low, high] = [Number(from.charAt(0)), Number(to.charAt(0))]
  const [fromRest, toRest] = [from.slice(1), to.slice(1)]
  const [zeros, nines] = ['0'.repeat(fromRest.length), '9'.repeat(fromRest.length)]
  const starting = (digits: readonly [number, number], a: string, b: string): Expression =>
    sequence(oneOf([[0x30 + digits[0], 0x30 + digits[1]]]), moreBetween(a, b))
  if (low === high) return starting([low, low], fromRest, toRest)
  const [first, last] = [isAll('0', fromRest) ? low : low + 1, isAll('9', toRest) ? high : high - 1]
  const options: Expression[] = []
  if (first > low) options.push(starting([low, low], fromRest, nines))
  if (first <= last) options.push(starting([first, last], zeros, nines))
  if (last < high) options.push(starting([high, high], zeros, toRest))
  return choice(options)
}

function moreBetween(from: string, to: string): Expression {
  if (from === '') return text('')
  if (isAll('0', from) && isAll('9', to)) return repeat(digit, 0, from.length)
  const more = digitsBetween(from, to)
  return isAll('0', from) ? optional(more) : more
}

function isAll(digits: string, row: string): boolean {
  return row === digits.repeat(row.length)
}

/** The digits of a number, and how many of them stand after the point. */
function digitsOf(value: number): { readonly digits: bigint; readonly places: number } {
  const [, whole = '', part = '', exponent = '0'] =
    /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  const places = part.length - Number(exponent)
  return { digits: BigInt(whole + part) * 10n ** BigInt(Math.max(0, -places)), places: Math.max(0, places) }
}

/** How many units of the last of `size` places a number has. */
function inUnits(value: number, size: number, rounded: 'up' | 'down'): bigint {
  const { digits, places } = digitsOf(value)
  if (places <= size) return digits * 10n ** BigInt(size - places)
  const unit = 10n ** BigInt(places - size)
  return digits / unit + (rounded === 'up' && digits % unit > 0n ? 1n : 0n)
}

function isExact(value: number, size: number): boolean {
  const { digits, places } = digitsOf(value)
  return places <= size || digits % 10n ** BigInt(places - size) === 0n
}

function lowest(bound: Bound | null): bigint {
  if (bound === null || bound.value < -1e18) return -largest
  const value = BigInt(Math.ceil(bound.value))
  return bound.exclusive && Number.isInteger(bound.value) ? value + 1n : value
}

function highest(bound: Bound | null): bigint {
  if (bound === null || bound.value > 1e18) return largest
  const value = BigInt(Math.floor(bound.value))
  return bound.exclusive && Number.isInteger(bound.value) ? value - 1n : value
}

/** The integers from `min` to `max`, neither of them negative. */
function magnitudes(min: bigint, max: bigint): Expression {
  const options = min === 0n ? [text('0')] : []
  const least = larger(min, 1n)
  const wholeLengths: number[] = []
  for (let length = String(least).length; length <= String(max).length; length++) {
    const [first, last] = [10n ** BigInt(length - 1), 10n ** BigInt(length) - 1n]
    const [from, to] = [larger(least, first), smaller(max, last)]
    if (from === first && to === last) wholeLengths.push(length)
    else if (from <= to) options.push(between(String(from), String(to)))
  }
  const [shortest, longest] = [wholeLengths[0], wholeLengths.at(-1)]
  if (shortest !== undefined && longest !== undefined)
    options.push(sequence(oneOf([[0x31, 0x39]]), repeat(digit, shortest - 1, longest - 1)))
  return choice(options)
}

/** The texts of digits from one to another of the same length, in the order of their values. */
function between(from: string, to: string): Expression {
  const [low, high] = [Number(from.charAt(0)), Number(to.charAt(0))]
  const [fromRest, toRest] = [from.slice(1), to.slice(1)]
  if (from === to) return text(from)
  if (low === high) return sequence(text(from.charAt(0)), between(fromRest, toRest))
  const [zeros, nines] = ['0'.repeat(fromRest.length), '9'.repeat(fromRest.length)]
  const wholeLow = fromRest === zeros
  const wholeHigh = toRest === nines
  const [first, last] = [wholeLow ? low : low + 1, wholeHigh ? high : high - 1]
  const options: Expression[] = []
  if (!wholeLow) options.push(sequence(text(from.charAt(0)), between(fromRest, nines)))
  if (first <= last) options.push(sequence(oneOf([[0x30 + first, 0x30 + last]]), anyDigits(fromRest.length)))
  if (!wholeHigh) options.push(sequence(text(to.charAt(0)), between(zeros, toRest)))
  return choice(options)
}

function anyDigits(count: number): Expression {
  return repeat(digit, count, count)
}

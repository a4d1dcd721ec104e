import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/** The part of JSON Schema that our schemas use. */
export interface Shape extends TSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly required?: readonly string[] | undefined
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly additionalProperties?: boolean | undefined
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  /** The type that TypeBox was told, of no meaning here. */
  readonly '~unsafe'?: unknown
}

/** The keys and indexes that lead to a value, such as `messages`, 2, `role`. */
export type Path = readonly (string | number)[]

/** Why a value is not of a shape: `path` leads to the first place at fault. */
export type Fault =
  | { readonly kind: 'missing' | 'no-items'; readonly path: Path; readonly allowed: string }
  /** The shape has only the fields `known`. */
  | { readonly kind: 'unknown'; readonly path: Path; readonly known: readonly string[] }
  /** The variants of a union are told apart by the field at `path`, and none has this value there. */
  | {
      readonly kind: 'no-variant'
      readonly path: Path
      readonly value: unknown
      readonly tags: readonly string[]
    }
  | { readonly kind: 'wrong'; readonly path: Path; readonly value: unknown; readonly allowed: string }

/**
 * Finds the first fault of a value that is known not to be of the shape. A compiled schema says so quickly but cannot
 * say where in words for a caller; this can, and is only asked then.
 */
export function findFault(shape: Shape, value: unknown, path: Path = []): Fault {
  const wrong: Fault = { kind: 'wrong', path, value, allowed: describe(shape) }
  if (shape.anyOf) return findUnionFault(shape.anyOf, value, path) ?? wrong
  if (shape.properties && isObject(value))
    return findFieldFault(shape, shape.properties, value, path) ?? wrong
  if (shape.items && Array.isArray(value)) return findItemFault(shape, shape.items, value, path) ?? wrong
  return wrong
}

/** Looks into the variant that the value was meant to be, where that can be told. */
function findUnionFault(variants: readonly Shape[], value: unknown, path: Path): Fault | null {
  const kind = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : ''
  const meant = flatten(variants).filter(({ type }) => type === kind)
  const [first, ...others] = meant
  if (!first) return null
  return others.length > 0 && isObject(value)
    ? findVariantFault(meant, value, path)
    : findFault(first, value, path)
}

function flatten(variants: readonly Shape[]): readonly Shape[] {
  return variants.flatMap((variant) => (variant.anyOf ? flatten(variant.anyOf) : [variant]))
}

/** Variants are told apart by the one field that is a constant in all of them. */
function findVariantFault(variants: readonly Shape[], value: Fields, path: Path): Fault | null {
  const constant = (variant: Shape, key: string) => variant.properties?.[key]?.const
  const tag = variants[0]?.required?.find((key) => variants.every((variant) => constant(variant, key)))
  if (tag === undefined) return null
  const at = [...path, tag]
  const tags = variants.map((one) => String(constant(one, tag)))
  if (!Object.hasOwn(value, tag)) return { kind: 'missing', path: at, allowed: anyOf(tags.map(quote)) }
  const variant = variants.find((one) => constant(one, tag) === value[tag])
  if (variant) return findFault(variant, value, path)
  return { kind: 'no-variant', path: at, value: value[tag], tags }
}

type Fields = Readonly<Record<string, unknown>>

function findFieldFault(
  shape: Shape,
  fields: NonNullable<Shape['properties']>,
  value: Fields,
  path: Path,
): Fault | null {
  const known = Object.keys(fields)
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key))
  if (shape.additionalProperties === false && unknown !== undefined) {
    return { kind: 'unknown', path: [...path, unknown], known }
  }
  for (const [key, field] of Object.entries(fields)) {
    const at = [...path, key]
    if (!Object.hasOwn(value, key)) {
      if (shape.required?.includes(key)) return { kind: 'missing', path: at, allowed: describe(field) }
    } else if (!fits(field, value[key])) return findFault(field, value[key], at)
  }
  return null
}

function findItemFault(shape: Shape, item: Shape, value: readonly unknown[], path: Path): Fault | null {
  if (value.length < (shape.minItems ?? 0)) return { kind: 'no-items', path, allowed: describe(shape) }
  if (value.length > (shape.maxItems ?? Infinity)) return null
  const at = value.findIndex((one) => !fits(item, one))
  return at < 0 ? null : findFault(item, value[at], [...path, at])
}

const validators = new WeakMap<Shape, Validator>()

/** Compiled, because a caller may send a long list with its one fault at the end. */
function fits(shape: Shape, value: unknown): boolean {
  const validator = validators.get(shape) ?? Compile(shape)
  validators.set(shape, validator)
  return validator.Check(value)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a shape allows, to stand after "must be". Null is not named: it only means that nothing is meant. */
export function describe(shape: Shape): string {
  if (shape.anyOf) {
    return anyOf(shape.anyOf.filter(({ type }) => type !== 'null').map(describe))
  }
  if (shape.enum) return `one of ${shape.enum.map((one) => JSON.stringify(one)).join(', ')}`
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  switch (shape.type ?? 'object') {
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `an integer ${describeRange(shape)}`
    case 'number':
      return `a number ${describeRange(shape)}`
    case 'array':
      return `a list${shape.maxItems === undefined ? '' : ` of at most ${shape.maxItems}`}`
    case 'string':
      return describeText(shape)
    default:
      return 'an object'
  }
}

function anyOf(words: readonly string[]): string {
  return [...new Set(words)].join(' or ')
}

function quote(text: string): string {
  return JSON.stringify(text)
}

function describeRange({ minimum, exclusiveMinimum, maximum }: Shape): string {
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum} and at most ${maximum}`
  return maximum === undefined ? `of at least ${minimum}` : `between ${minimum} and ${maximum}`
}

function describeText({ minLength, maxLength, pattern }: Shape): string {
  if (pattern !== undefined) return `a text that matches ${pattern}`
  if (maxLength !== undefined) return `a text of 1 to ${maxLength} characters`
  return minLength === undefined ? 'a text' : 'a text that is not empty'
}

/** What came, short enough to be repeated: never more than a glimpse of a text, nothing of a list's or object's inside. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value))
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

const glimpse = 40

/** A glimpse of a text. */
export function cut(text: string): string {
  return text.length > glimpse ? `${text.slice(0, glimpse)}…` : text
}

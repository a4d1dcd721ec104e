import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/** The part of JSON Schema that the schemas of `wire` use. */
export interface Shape extends TSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly required?: readonly string[] | undefined
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
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

/** Why a value is not of a shape: `path` is the first place at fault, such as `messages[2].role`. */
export type Fault =
  | { readonly kind: 'missing' | 'no-items'; readonly path: string }
  /** The variants of a union are told apart by the field at `path`, and none has this value there. */
  | {
      readonly kind: 'no-variant'
      readonly path: string
      readonly value: unknown
      readonly tags: readonly string[]
    }
  | { readonly kind: 'wrong'; readonly path: string; readonly value: unknown; readonly allowed: string }

/**
 * Finds the first fault of a value that is known not to be of the shape. A compiled schema says so quickly but cannot
 * say where in words for a caller; this can, and is only asked then.
 */
export function findFault(shape: Shape, value: unknown, path: string): Fault {
  const wrong: Fault = { kind: 'wrong', path, value, allowed: describe(shape) }
  if (shape.anyOf) return findUnionFault(shape.anyOf, value, path) ?? wrong
  if (shape.properties && isObject(value))
    return findFieldFault(shape, shape.properties, value, path) ?? wrong
  if (shape.items && Array.isArray(value)) return findItemFault(shape, shape.items, value, path) ?? wrong
  return wrong
}

/** Looks into the variant that the value was meant to be, where that can be told. */
function findUnionFault(variants: readonly Shape[], value: unknown, path: string): Fault | null {
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
function findVariantFault(variants: readonly Shape[], value: Fields, path: string): Fault | null {
  const constant = (variant: Shape, key: string) => variant.properties?.[key]?.const
  const tag = variants[0]?.required?.find((key) => variants.every((variant) => constant(variant, key)))
  if (tag === undefined) return null
  if (!Object.hasOwn(value, tag)) return { kind: 'missing', path: join(path, tag) }
  const variant = variants.find((one) => constant(one, tag) === value[tag])
  if (variant) return findFault(variant, value, path)
  const tags = variants.map((one) => String(constant(one, tag)))
  return { kind: 'no-variant', path: join(path, tag), value: value[tag], tags }
}

type Fields = Readonly<Record<string, unknown>>

function findFieldFault(
  shape: Shape,
  fields: NonNullable<Shape['properties']>,
  value: Fields,
  path: string,
): Fault | null {
  for (const [key, field] of Object.entries(fields)) {
    const at = join(path, key)
    if (!Object.hasOwn(value, key)) {
      if (shape.required?.includes(key)) return { kind: 'missing', path: at }
    } else if (!fits(field, value[key])) return findFault(field, value[key], at)
  }
  return null
}

function findItemFault(shape: Shape, item: Shape, value: readonly unknown[], path: string): Fault | null {
  if (value.length < (shape.minItems ?? 0)) return { kind: 'no-items', path }
  if (value.length > (shape.maxItems ?? Infinity)) return null
  const at = value.findIndex((one) => !fits(item, one))
  return at < 0 ? null : findFault(item, value[at], `${path}[${at}]`)
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

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** What a shape allows, in words. Null is not named: it only means that the field is absent. */
function describe(shape: Shape): string {
  if (shape.anyOf) {
    const allowed = shape.anyOf.filter(({ type }) => type !== 'null').map(describe)
    return [...new Set(allowed)].join(' or ')
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

function describeRange({ minimum, exclusiveMinimum, maximum }: Shape): string {
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum} and at most ${maximum}`
  return maximum === undefined ? `of at least ${minimum}` : `between ${minimum} and ${maximum}`
}

function describeText({ minLength, maxLength, pattern }: Shape): string {
  if (pattern !== undefined) return `a text that matches ${pattern}`
  if (maxLength !== undefined) return `a text of 1 to ${maxLength} characters`
  return minLength === undefined ? 'a text' : 'a text that is not empty'
}

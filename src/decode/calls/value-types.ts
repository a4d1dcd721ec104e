import type { Json, JsonObject } from '../../chat/json.ts'

/** The kinds of JSON value; an integer is a number. */
export type ValueType = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object'

/** What a schema says nothing of may be anything. */
export const anyType: ReadonlySet<ValueType> = new Set([
  'string',
  'number',
  'boolean',
  'null',
  'array',
  'object',
] as const)

/** Deeper than any sensible schema, and no deeper than the stack. */
const deepest = 100

/**
 * What the argument `key` of a tool may be, going by `type`, `enum`, `const`, `anyOf`, `oneOf`, `allOf` and `$ref` within
 * the tool's schema. An argument that is not declared may be anything.
 */
export function argumentTypes(parameters: JsonObject, key: string): ReadonlySet<ValueType> {
  const resolved = new Map<string, ReadonlySet<ValueType>>()

  function typesOf(schema: Json | undefined, depth: number): ReadonlySet<ValueType> {
    if (!isObject(schema) || depth > deepest) return anyType
    const { type, enum: values, const: value, anyOf, oneOf, allOf, $ref } = schema
    const rules = list(allOf).map((part) => typesOf(part, depth + 1))
    for (const options of [anyOf, oneOf]) {
      if (options === undefined) continue
      rules.push(new Set(list(options).flatMap((option) => [...typesOf(option, depth + 1)])))
    }
    if (type !== undefined) rules.push(named(list(type)))
    if (values !== undefined) rules.push(new Set(list(values).map(typeOf)))
    if (value !== undefined) rules.push(new Set([typeOf(value)]))
    if (typeof $ref === 'string') rules.push(resolve($ref, depth + 1))
    return new Set([...anyType].filter((one) => rules.every((rule) => rule.has(one))))
  }

  /** Each reference is followed once; one that leads back to itself adds nothing. */
  function resolve(ref: string, depth: number): ReadonlySet<ValueType> {
    const known = resolved.get(ref)
    if (known !== undefined) return known
    resolved.set(ref, new Set())
    const types = typesOf(pointed(parameters, ref), depth)
    resolved.set(ref, types)
    return types
  }

  return typesOf(member(parameters['properties'], key), 0)
}

/** The types of these names; names that JSON Schema does not know say nothing. */
function named(names: readonly Json[]): ReadonlySet<ValueType> {
  const types = [...anyType].filter(
    (one) => names.includes(one) || (one === 'number' && names.includes('integer')),
  )
  return types.length === 0 ? anyType : new Set(types)
}

/** The kind of a JSON value. */
export function typeOf(value: Json): ValueType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}

/** What a reference such as `#/$defs/city` points to. */
function pointed(root: JsonObject, ref: string): Json | undefined {
  const [start, ...path] = ref.split('/')
  if (start !== '#') return undefined
  let found: Json | undefined = root
  for (const part of path) found = member(found, part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return found
}

function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return []
  return isList(value) ? value : [value]
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

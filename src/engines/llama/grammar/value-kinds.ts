import type { Json } from '../../../chat/json.ts'
import { listOf } from './keywords.ts'
import type { SchemaNode } from './schema-nodes.ts'
import { isList, malformed, pathOf } from './schema-nodes.ts'

/** The kinds of JSON value that a schema can tell apart. A `number` is an `integer` or a `fraction`. */
export const valueKinds = ['object', 'array', 'string', 'integer', 'fraction', 'boolean', 'null'] as const
export type ValueKind = (typeof valueKinds)[number]

export function kindOf(value: Json): ValueKind {
  if (value === null) return 'null'
  if (isList(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction'
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'object'
}

/** The kinds that all of some schemas allow by `type`; null where none of them says. */
export function namedKinds(nodes: readonly SchemaNode[]): ReadonlySet<ValueKind> | null {
  const named = nodes.flatMap((node) => kindsOf(node) ?? [])
  return named.length === 0
    ? null
    : new Set(valueKinds.filter((kind) => named.every((kinds) => kinds.has(kind))))
}

function kindsOf(node: SchemaNode): ReadonlySet<ValueKind> | null {
  const { type, nullable } = node.schema
  if (type === undefined) return null
  const kinds = new Set((isList(type) ? type : [type]).flatMap((name) => kindsNamed(name, node)))
  return nullable === true ? kinds.add('null') : kinds
}

function kindsNamed(name: Json, { path }: SchemaNode): readonly ValueKind[] {
  if (name === 'number') return ['integer', 'fraction']
  const kind = valueKinds.find((each) => each === name && each !== 'fraction')
  if (kind === undefined)
    throw malformed(
      pathOf(path, 'type'),
      '"object", "array", "string", "number", "integer", "boolean" or "null", or a list of these',
    )
  return [kind]
}

const keywordsOfKinds: readonly (readonly [readonly ValueKind[], readonly string[]])[] = [
  [
    ['object'],
    ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties', 'propertyNames'],
  ],
  [['array'], ['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems']],
  [['string'], ['minLength', 'maxLength', 'pattern', 'format']],
  [
    ['integer', 'fraction'],
    ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ],
]

/** The keywords that say something of values of a kind. */
export function keywordsOf(kind: ValueKind): readonly string[] {
  return keywordsOfKinds.find(([kinds]) => kinds.includes(kind))?.[1] ?? []
}

/**
 * The kinds that the value of some schemas may be. Where no `type` says so, those whose keywords are used: whoever writes
 * `properties` means an object.
 */
export function allowedKinds(nodes: readonly SchemaNode[]): ReadonlySet<ValueKind> {
  const named = namedKinds(nodes)
  if (named !== null) return named
  const used = keywordsOfKinds.flatMap(([kinds, keywords]) =>
    nodes.some(({ schema }) => keywords.some((keyword) => schema[keyword] !== undefined)) ? kinds : [],
  )
  return new Set(used.length > 0 ? used : valueKinds)
}

/** The values of `enum` and `const` that all of some schemas name; null where none of them names any. */
export function namedValues(nodes: readonly SchemaNode[]): readonly Json[] | null {
  let common: Map<string, Json> | null = null
  for (const node of nodes) {
    const lists = [listOf(node, 'enum'), node.schema['const'] === undefined ? null : [node.schema['const']]]
    for (const list of lists) {
      if (list === null) continue
      const values: Map<string, Json> = new Map(list.map((value) => [canonical(value), value]))
      const before: ReadonlyMap<string, Json> = common ?? values
      common = new Map([...before].filter(([key]) => values.has(key)))
    }
  }
  return common && [...common.values()]
}

/** The same text for equal values, in whatever order their keys come. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, part: Json) =>
    typeof part === 'object' && part !== null && !isList(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

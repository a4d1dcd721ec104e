import type { Json, JsonObject } from '../../../chat/json.ts'
import type { Located, SchemaNode } from './schema-nodes.ts'
import { isList, isObject, malformed, pathOf, refuse } from './schema-nodes.ts'

/** Keywords that constrain and that no grammar of ours can enforce, with the reason that a caller is given. */
const refused: Readonly<Record<string, string>> = {
  not: 'what must not match cannot be enforced',
  if: 'conditions cannot be enforced',
  dependentSchemas: 'conditions cannot be enforced',
  dependentRequired: 'conditions cannot be enforced',
  dependencies: 'conditions cannot be enforced',
  patternProperties: 'properties must be named one by one',
  unevaluatedProperties: 'use additionalProperties',
  unevaluatedItems: 'use items',
  contains: 'what some items must match cannot be enforced',
  contentEncoding: 'what a text encodes cannot be enforced',
  contentMediaType: 'what a text encodes cannot be enforced',
  contentSchema: 'what a text encodes cannot be enforced',
  $dynamicRef: 'only $ref is followed',
  $recursiveRef: 'only $ref is followed',
}

/** Those that say nothing where they are empty. */
const idle = new Set(['dependentSchemas', 'dependentRequired', 'dependencies', 'patternProperties'])

/** Throws a `Failure` for the first keyword of a schema that would be accepted and then not kept. */
export function checkKeywords({ schema, path }: SchemaNode, isRoot: boolean): void {
  for (const [keyword, value] of Object.entries(schema)) {
    const at = pathOf(path, keyword)
    const why = Object.hasOwn(refused, keyword) ? refused[keyword] : undefined
    if (why !== undefined && !(idle.has(keyword) && isEmpty(value))) throw refuse(at, why)
    if (keyword === 'uniqueItems' && value === true && !hasOneItem(schema))
      throw refuse(at, 'what was said before cannot be compared with')
    // References below it would be meant from there.
    if (keyword === '$id' && !isRoot) throw refuse(at, 'only the whole schema may have an $id')
  }
}

function isEmpty(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0
}

function hasOneItem({ maxItems }: JsonObject): boolean {
  return typeof maxItems === 'number' && maxItems <= 1
}

/** The keyword's value: a whole number from 0 on. */
export function countOf(node: SchemaNode, keyword: string): number | null {
  const value = node.schema[keyword]
  if (value === undefined) return null
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw malformed(pathOf(node.path, keyword), 'a whole number that is not negative')
}

export function numberOf(node: SchemaNode, keyword: string): number | null {
  const value = node.schema[keyword]
  if (value === undefined) return null
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw malformed(pathOf(node.path, keyword), 'a number')
}

export function textOf(node: SchemaNode, keyword: string): string | null {
  const value = node.schema[keyword]
  if (value === undefined) return null
  if (typeof value === 'string') return value
  throw malformed(pathOf(node.path, keyword), 'a string')
}

export function listOf(node: SchemaNode, keyword: string): readonly Json[] | null {
  const value = node.schema[keyword]
  if (value === undefined) return null
  if (isList(value)) return value
  throw malformed(pathOf(node.path, keyword), 'a list')
}

export function namesOf(node: SchemaNode, keyword: string): readonly string[] {
  const names = listOf(node, keyword) ?? []
  return names.map((name) => {
    if (typeof name === 'string') return name
    throw malformed(pathOf(node.path, keyword), 'a list of strings')
  })
}

/** The schemas of `properties`, by name. */
export function propertiesOf(node: SchemaNode): ReadonlyMap<string, Located> {
  const value = node.schema['properties']
  if (value === undefined) return new Map()
  const path = pathOf(node.path, 'properties')
  if (!isObject(value)) throw malformed(path, 'an object')
  return new Map(Object.entries(value).map(([name, schema]) => [name, { schema, path: pathOf(path, name) }]))
}

/** The schemas of a keyword that lists some. */
export function schemasOf(node: SchemaNode, keyword: string): readonly Located[] | null {
  const list = listOf(node, keyword)
  const path = pathOf(node.path, keyword)
  return list && list.map((schema, index) => ({ schema, path: `${path}[${index}]` }))
}

/** The schema of a keyword that holds one. */
export function schemaOf(node: SchemaNode, keyword: string): Located | null {
  const schema = node.schema[keyword]
  return schema === undefined ? null : { schema, path: pathOf(node.path, keyword) }
}

import { Failure } from '../../../chat/failure.ts'
import type { Json, JsonObject } from '../../../chat/json.ts'

/** A schema and where it stands, such as `response_format.json_schema.schema.properties.age`. */
export interface Located {
  readonly schema: Json
  readonly path: string
}

/** A schema that is an object. Two places of a document that are the same object are one node. */
export interface SchemaNode {
  readonly id: number
  readonly schema: JsonObject
  readonly path: string
}

/** Most characters of a path in a message. */
const longestPath = 300

/** One JSON Schema of a request: gives each part of it an identity and follows its references. */
export class SchemaDocument {
  readonly #root: Located
  readonly #nodes = new Map<JsonObject, SchemaNode>()

  constructor(root: Located) {
    this.#root = root
  }

  node(schema: JsonObject, path: string): SchemaNode {
    const known = this.#nodes.get(schema)
    if (known) return known
    const node = { id: this.#nodes.size, schema, path }
    this.#nodes.set(schema, node)
    return node
  }

  /** Whether this is the schema that the document is. */
  isRoot(node: SchemaNode): boolean {
    return node.schema === this.#root.schema
  }

  /** What a `$ref` within the document points to. */
  resolve(ref: string, at: string): Located {
    const [start, ...segments] = ref.split('/')
    if (start !== '#')
      throw refuse(at, `only references within the schema are followed, such as "#/$defs/name"`)
    let found: Json | undefined = this.#root.schema
    let path = this.#root.path
    for (const segment of segments) {
      const key = decode(segment).replaceAll('~1', '/').replaceAll('~0', '~')
      found = memberOf(found, key)
      path = pathOf(path, key)
    }
    if (found === undefined) throw refuse(at, `${JSON.stringify(short(ref))} points to nothing`)
    return { schema: found, path }
  }
}

export function pathOf(path: string, key: string): string {
  return short(/^[\w$-]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`)
}

/** The failure that says why a keyword cannot be enforced. `path` is the keyword's. */
export function refuse(path: string, why: string): Failure {
  return new Failure('invalid-request', `${path} is not supported: ${why}.`, { field: path })
}

/** The failure that says what a keyword should have been. */
export function malformed(path: string, wanted: string): Failure {
  return new Failure('invalid-request', `${path} must be ${wanted}.`, { field: path })
}

function short(text: string): string {
  return text.length <= longestPath ? text : `${text.slice(0, longestPath)}...`
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (value === undefined || value === null) return undefined
  if (isList(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

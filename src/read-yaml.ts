import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { isMap, isNode, LineCounter, type Document, parseDocument } from 'yaml'
import { Failure } from './chat/failure.ts'

type Path = readonly (string | number)[]

export interface YamlText<T> {
  readonly value: T
  /** The failure to throw where a value keeps to the schema and is still wrong. `problem` reads on from the field. */
  readonly refuse: (path: Path, problem: string) => Failure
}

/**
 * Reads YAML that must keep to `schema`. Throws `invalid-request` for the first fault, with the file's name, line,
 * column and field, what came and what is allowed.
 */
export function readYaml<T extends TSchema>(schema: T, name: string, text: string): YamlText<Static<T>> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const refuseAt = (offset: number, problem: string) => {
    const { line, col } = lines.linePos(offset)
    return new Failure('invalid-request', `${name}:${line}:${col}: ${problem}`)
  }
  const [broken] = document.errors
  if (broken !== undefined) throw refuseAt(broken.pos[0], broken.message)
  const value: unknown = document.toJS()
  const refuse = (path: Path, problem: string) =>
    refuseAt(offsetOf(document, path), `${nameOf(value, path)} ${problem}`)
  const fault = findFault(schema, value, [])
  if (fault !== undefined) throw refuse(fault.path, fault.problem)
  return { value: Value.Parse(schema, value), refuse }
}

interface Fault {
  readonly path: Path
  readonly problem: string
}

/** The first way in which `value` does not keep to `schema`. */
function findFault(schema: TSchema, value: unknown, path: Path): Fault | undefined {
  const valid: boolean = Value.Check(schema, value)
  if (valid) return undefined
  if (Type.IsArray(schema) && Array.isArray(value)) {
    return value
      .map((item, index) => findFault(schema.items, item, [...path, index]))
      .find((fault) => fault !== undefined)
  }
  if (isMapping(value)) {
    const mappings = (Type.IsUnion(schema) ? schema.anyOf : [schema]).filter((alternative) =>
      Type.IsObject(alternative),
    )
    const [meant] = mappings.length === 1 ? mappings : mappings.filter((mapping) => isOfKind(mapping, value))
    if (meant !== undefined) return faultInside(meant, value, path)
    const kinds = mappings.flatMap(({ properties }) => properties['kind'] ?? [])
    if (kinds.length > 0)
      return { path: [...path, 'kind'], problem: `must be ${describe(Type.Union(kinds))}` }
  }
  return { path, problem: `must be ${describe(schema)}, not ${show(value)}` }
}

function isOfKind({ properties: { kind } }: TObject, value: Mapping): boolean {
  return kind !== undefined && Value.Check(kind, value['kind'])
}

function faultInside({ properties }: TObject, value: Mapping, path: Path): Fault | undefined {
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(properties, key))
  if (unknown !== undefined) {
    const known = Object.keys(properties).join(', ')
    return { path: [...path, unknown], problem: `is not known; known are ${known}` }
  }
  for (const [key, property] of Object.entries(properties)) {
    const field = [...path, key]
    if (Object.hasOwn(value, key)) {
      const fault = findFault(property, value[key], field)
      if (fault !== undefined) return fault
    } else if (!Type.IsOptional(property))
      return { path: field, problem: `is missing: ${describe(property)}` }
  }
  return undefined
}

/** What `schema` allows, to stand after "must be". */
export function describe(schema: TSchema): string {
  if (Type.IsUnion(schema)) return schema.anyOf.map(describe).join(' or ')
  if (Type.IsLiteral(schema)) return show(schema.const)
  if (Type.IsBoolean(schema)) return 'true or false'
  if (Type.IsInteger(schema)) return `a whole number${describeRange(schema)}`
  if (Type.IsNumber(schema)) return `a number${describeRange(schema)}`
  if (Type.IsString(schema)) return `a text${describeText(schema)}`
  if (Type.IsArray(schema)) return `a list, each item ${describe(schema.items)}`
  if (Type.IsObject(schema)) return `a mapping of ${Object.keys(schema.properties).join(', ')}`
  return 'null'
}

function describeRange(schema: object): string {
  const limits = [
    ['from', 'minimum'],
    ['above', 'exclusiveMinimum'],
    ['up to', 'maximum'],
  ] as const
  return limits
    .map(([word, name]) => (name in schema ? ` ${word} ${Reflect.get(schema, name)}` : ''))
    .join('')
}

function describeText(schema: object): string {
  if ('pattern' in schema) return ` that matches ${String(schema.pattern)}`
  return 'minLength' in schema ? ' that is not empty' : ''
}

type Mapping = Readonly<Record<string, unknown>>

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'a mapping' : String(value)
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const key of path)
    found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined
  return found
}

/** `engine.threads`, and a list's item by its id where it has one: `[silica/nano].engine.threads`. */
function nameOf(value: unknown, path: Path): string {
  let name = ''
  path.forEach((key, depth) => {
    const parent = valueAt(value, path.slice(0, depth))
    if (Array.isArray(parent)) {
      const id = valueAt(parent, [key, 'id'])
      name += `[${typeof id === 'string' ? id : key}]`
    } else name += name === '' ? key : `.${key}`
  })
  return name === '' ? 'the file' : name
}

/** Where the field stands in the text; the nearest thing around it where it does not. */
function offsetOf(document: Document, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true)
    const key = path[depth - 1]
    const pair = isMap(parent)
      ? parent.items.find((item) => isNode(item.key) && String(item.key) === key)
      : undefined
    const node = pair === undefined ? document.getIn(path.slice(0, depth), true) : pair.key
    if (isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

import type { Static } from 'typebox'
import { Value } from 'typebox/value'
import { isMap, isNode, LineCounter, type Document, parseDocument } from 'yaml'
import { Failure } from '../chat/failure.ts'
import { type Fault, findFault, type Path, type Shape, show } from './find-fault.ts'

/** The failure to throw for the field that `path` leads to. `problem` reads on from the field's name. */
export type Refuse = (path: Path, problem: string) => Failure

export interface YamlText<T> {
  readonly value: T
  /** For where a value keeps to the schema and is still wrong. */
  readonly refuse: Refuse
}

/**
 * Reads YAML that must keep to `schema`. Throws `invalid-request` for the first fault, with the file's name, line,
 * column and field, what came and what is allowed.
 */
export function readYaml<T extends Shape>(schema: T, name: string, text: string): YamlText<Static<T>> {
  const { value, refuse } = parseYaml(name, text)
  return { value: keepTo(schema, value, refuse), refuse }
}

/** The value of any YAML, with `<<` merged in. Throws `invalid-request` where it is none. */
export function parseYaml(name: string, text: string): YamlText<unknown> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const refuseAt = (offset: number, problem: string) => {
    const { line, col } = lines.linePos(offset)
    return new Failure('invalid-request', `${name}:${line}:${col}: ${problem}`)
  }
  const [broken] = document.errors
  if (broken !== undefined) throw refuseAt(broken.pos[0], broken.message)
  const value: unknown = document.toJS()
  return {
    value,
    refuse: (path, problem) => refuseAt(offsetOf(document, path), `${nameOf(value, path)} ${problem}`),
  }
}

/** The value, if it keeps to the schema; else throws for its first fault. `at` leads to it in the file. */
export function keepTo<T extends Shape>(schema: T, value: unknown, refuse: Refuse, at: Path = []): Static<T> {
  if (Value.Check(schema, value)) return Value.Parse(schema, value)
  const fault = findFault(schema, value)
  throw refuse([...at, ...fault.path], problemOf(fault))
}

/** What is wrong, to stand after the field's name. */
function problemOf(fault: Fault): string {
  switch (fault.kind) {
    case 'missing':
      return `is missing: ${fault.allowed}`
    case 'no-items':
      return 'must have at least one item'
    case 'unknown':
      return `is not known; known are ${fault.known.join(', ')}`
    case 'no-variant':
      return `must be ${fault.tags.map(show).join(' or ')}, not ${show(fault.value)}`
    case 'wrong':
      return `must be ${fault.allowed}, not ${show(fault.value)}`
  }
}

function valueAt(value: unknown, path: Path): unknown {
  let found = value
  for (const key of path)
    found = typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined
  return found
}

/** `engine.threads`, and a list's item by its id where it has one: `[owner/name].engine.threads`. */
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

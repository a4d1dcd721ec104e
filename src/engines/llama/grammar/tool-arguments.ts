import type { JsonObject } from '../../../chat/json.ts'
import type { Tool } from '../../../chat/request.ts'
import type { ValueType } from '../../../decode/calls/value-types.ts'
import { argumentTypes } from '../../../decode/calls/value-types.ts'
import type { Alternative } from './alternatives.ts'
import { automatonOf, bothOf } from './automaton.ts'
import { SchemaCompiler } from './compile-schema.ts'
import type { Expression } from './expression.ts'
import { choice, empty, nothing, oneOf, optional, repeat, sequence, text } from './expression.ts'
import { automatonOfOthers } from './literals.ts'
import type { Member } from './objects.ts'
import { membersOf } from './objects.ts'
import { charactersOf, invert } from './ranges.ts'
import type { ValueEnd } from './raw-strings.ts'
import { rawString } from './raw-strings.ts'
import type { Rules } from './rules.ts'
import type { Located } from './schema-nodes.ts'
import { pathOf, refuse } from './schema-nodes.ts'
import type { ValueKind } from './value-kinds.ts'
import { allowedKinds, keywordsOf, kindOf, namedKinds, namedValues, valueKinds } from './value-kinds.ts'
import { writeAutomaton } from './write-automaton.ts'

/** A tool and where its schema stands in the request. */
export interface PlacedTool {
  readonly tool: Tool
  readonly path: string
}

const anyObject: JsonObject = { type: 'object' }

/** The arguments of a call as one JSON object: by the tool's schema where it is strict, and else any. */
export function jsonArguments({ tool, path }: PlacedTool, rules: Rules): Expression {
  rules.begin(path)
  const root = { schema: tool.strict ? tool.parameters : anyObject, path }
  return rules.need(new SchemaCompiler(rules, root).value([root, { schema: anyObject, path }]))
}

/** How a family of models writes arguments one by one between marks. */
export interface ArgumentMarks {
  /** What begins an argument. `is`: what its value is, for those that say so; null where the schema must tell. */
  readonly open: (key: Expression, is: 'text' | 'json' | null) => Expression
  readonly end: ValueEnd
  /** What may come after each argument. */
  readonly after: Expression
  /** Whether `open` says what a value is. */
  readonly isTold: boolean
  /** What cannot stand in a key. */
  readonly notInKeys: string
}

/** The arguments of a call one by one, in the schema's order. */
export function markedArguments({ tool, path }: PlacedTool, marks: ArgumentMarks, rules: Rules): Expression {
  rules.begin(path)
  const root = { schema: tool.strict ? tool.parameters : anyObject, path }
  const compiler = new SchemaCompiler(rules, root)
  const alternatives = compiler.alternatives([root, { schema: anyObject, path }])
  const [nodes, ...others] = alternatives
  if (nodes === undefined) return rules.need(nothing)
  if (others.length > 0)
    throw refuse(
      path,
      "this model's way of writing calls has room for one list of properties, not for several to choose from",
    )
  for (const node of nodes)
    for (const keyword of ['minProperties', 'maxProperties', 'propertyNames', 'enum', 'const'])
      if (node.schema[keyword] !== undefined)
        throw refuse(pathOf(node.path, keyword), "this model's way of writing calls has no room for it")
  const members = membersOf(nodes, compiler)
  if (members.isImpossible) return rules.need(nothing)
  const values = new MarkedValues(tool, marks, compiler)
  const named = members.named.map((member) => {
    const written = rules.add('argument', sequence(values.named(member, path), marks.after))
    return member.isRequired ? written : optional(written)
  })
  if (members.others === null) return rules.need(sequence(...named))
  const other = rules.add(
    'argument',
    sequence(values.other(members.others, members.known, path), marks.after),
  )
  return rules.need(sequence(...named, repeat(other, 0, Infinity)))
}

const notString: JsonObject = { type: ['object', 'array', 'number', 'boolean', 'null'] }

/** Writes each value such that `src/decode/calls/marked-arguments.ts` reads back what the schema allows. */
class MarkedValues {
  readonly #tool: Tool
  readonly #marks: ArgumentMarks
  readonly #compiler: SchemaCompiler

  constructor(tool: Tool, marks: ArgumentMarks, compiler: SchemaCompiler) {
    this.#tool = tool
    this.#marks = marks
    this.#compiler = compiler
  }

  named({ name, schemas }: Member, toolPath: string): Expression {
    const path = schemas[0]?.path ?? toolPath
    const { open, isTold, notInKeys } = this.#marks
    if (name !== name.trim() || Array.from(notInKeys).some((char) => name.includes(char)))
      throw refuse(
        path,
        `in this model's way of writing calls no name may have one of ${JSON.stringify(notInKeys)}`,
      )
    const alternatives = this.#compiler.alternatives(schemas)
    const texts = alternatives.filter((nodes) => kindsOf(nodes).has('string'))
    const strings = choice(
      texts.map((nodes) => rawString(nodes, this.#marks.end, this.#compiler.rules, path)),
    )
    const json = (): Expression => this.#json([...schemas, { schema: notString, path }])
    const key = text(name)
    if (isTold) return choice([sequence(open(key, 'text'), strings), sequence(open(key, 'json'), json())])
    const types = argumentTypes(this.#tool.parameters, name)
    if (!types.has('string')) return sequence(open(key, null), this.#json(schemas))
    if (types.size === 1 || alternatives.some(isAnything)) return sequence(open(key, null), strings)
    if (!isReadable(types, alternatives))
      throw refuse(
        path,
        "in this model's way of writing calls a string cannot be told from a number, a list or an object: name one type",
      )
    return sequence(open(key, null), choice([strings, json()]))
  }

  /** An argument that the schema does not name. */
  other(schemas: readonly Located[], known: readonly string[], path: string): Expression {
    const { open, end, notInKeys, isTold } = this.#marks
    const { rules } = this.#compiler
    if (!this.#compiler.alternatives(schemas).some(isAnything))
      throw refuse(
        pathOf(path, 'additionalProperties'),
        "in this model's way of writing calls it must be a boolean",
      )
    const characters = oneOf(invert(charactersOf(`${notInKeys} \t\r\n`)))
    const names = bothOf(
      automatonOfOthers(known),
      automatonOf(repeat(characters, 1, longestName), rules.at(path)),
      rules.at(path),
    )
    const key = writeAutomaton(names, rules, oneOf, () => empty)
    return sequence(open(key, isTold ? 'text' : null), rawString([], end, rules, path))
  }

  #json(schemas: readonly Located[]): Expression {
    const newline = text(this.#marks.end.isLined ? '\n' : '')
    return sequence(newline, this.#compiler.value(schemas), newline, text(this.#marks.end.mark))
  }
}

/** Most characters of an argument's name that the schema does not give. */
const longestName = 64

function kindsOf(nodes: Alternative): ReadonlySet<ValueKind> {
  const values = namedValues(nodes)
  return values === null ? allowedKinds(nodes) : new Set(values.map(kindOf))
}

/**
 * Whether a bare text that the decoder takes for one of `types` is always what the schema allows: as null and any boolean
 * are, where they are allowed at all.
 */
function isReadable(types: ReadonlySet<ValueType>, alternatives: readonly Alternative[]): boolean {
  const allows = (kind: ValueKind): boolean =>
    alternatives.some((nodes) => kindsOf(nodes).has(kind) && (kind === 'null' || namedValues(nodes) === null))
  return [...types].every(
    (type) => type === 'string' || ((type === 'null' || type === 'boolean') && allows(type)),
  )
}

function isAnything(nodes: Alternative): boolean {
  const says = nodes.some(({ schema }) =>
    valueKinds.some((kind) => keywordsOf(kind).some((key) => schema[key] !== undefined)),
  )
  return !says && namedKinds(nodes) === null && namedValues(nodes) === null
}

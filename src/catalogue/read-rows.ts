import { type Static, Type } from 'typebox'
import { callSyntaxes, type Limit } from '../chat/model.ts'
import type { Path } from '../schema/find-fault.ts'
import { keepTo, parseYaml, type Refuse } from '../schema/read-yaml.ts'
import { bindingSchema, readBinding, sayBinding } from './bindings.ts'
import type { Row } from './row.ts'

const closed = { additionalProperties: false }
const tokens = Type.Integer({ minimum: 1 })
const text = Type.String({ minLength: 1 })
const limit = Type.Object({ byDefault: tokens, max: tokens }, closed)
const oneOf = <T extends string>(...values: readonly T[]) =>
  Type.Union(values.map((value) => Type.Literal(value)))
const level = oneOf('high', 'max')

const rowSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9._:/-]+$' }),
    contextLength: tokens,
    answerLimit: limit,
    thinking: Type.Union([
      Type.Object({ kind: Type.Literal('never') }, closed),
      Type.Object({ kind: Type.Literal('always'), budget: limit }, closed),
      Type.Object({ kind: Type.Literal('switch'), byDefault: Type.Boolean(), budget: limit }, closed),
    ]),
    effort: Type.Union([
      Type.Object({ kind: Type.Literal('none') }, closed),
      Type.Object({ kind: Type.Literal('choice'), byDefault: level, agents: level }, closed),
    ]),
    calls: oneOf('never', 'always', 'without-thinking'),
    json: Type.Boolean(),
    media: Type.Array(oneOf('image', 'audio', 'video')),
    minP: Type.Boolean(),
    sampling: Type.Object(
      {
        temperature: Type.Number({ minimum: 0, maximum: 2 }),
        topP: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
        topK: Type.Integer({ minimum: 0 }),
        minP: Type.Number({ minimum: 0, maximum: 1 }),
        frequencyPenalty: Type.Number({ minimum: -2, maximum: 2 }),
        presencePenalty: Type.Number({ minimum: -2, maximum: 2 }),
        seed: Type.Union([Type.Null(), Type.Integer({ minimum: 0 })]),
      },
      closed,
    ),
    dialect: Type.Object(
      {
        thinking: Type.Union([Type.Literal('native'), Type.Object({ open: text, close: text }, closed)]),
        calls: oneOf('native', ...callSyntaxes),
        wrappers: Type.Array(text),
        infill: Type.Union([Type.Null(), Type.Object({ prefix: text, suffix: text, middle: text }, closed)]),
      },
      closed,
    ),
    switches: Type.Object({ thinking: Type.Array(text), effort: Type.Array(text) }, closed),
    engine: bindingSchema,
  },
  closed,
)

/** What a row says that leaves the rest to the row of the same id below it, or to the schema to complain about. */
const listSchema = Type.Array(Type.Object({ id: Type.String() }))

/** A file of rows. */
export interface RowFile {
  readonly name: string
  readonly text: string
  /** Where the files that its rows name are sought. They are not opened here. */
  readonly folder: string
  /** The field that holds the list; empty where the file is the list. */
  readonly field: string
}

/**
 * The rows of a file. A row whose id is among `below` needs to name only the fields that it changes, each as a whole.
 * Throws `invalid-request` for the first fault, naming file, line, row and field, what came and what is allowed.
 */
export function readRows(file: RowFile, below: readonly Row[] = []): readonly Row[] {
  const { value, refuse } = parseYaml(file.name, file.text)
  const at: Path = file.field === '' ? [] : [file.field]
  const list: unknown = file.field === '' ? value : fieldOf(value, file.field)
  return keepTo(listSchema, list, refuse, at).map((fields, index) => {
    const base = below.find(({ model }) => model.id === fields.id)
    const { engine, ...model } = readRow({ ...fieldsOf(base), ...fields }, refuse, [...at, index])
    return { model: { ...model, standIn: '' }, engine: readBinding(engine, model.id, file.folder) }
  })
}

/** An empty list where the file does not have the field: a file of settings need not speak of rows. */
function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && field in value ? Reflect.get(value, field) : []
}

/** The fields of a row as a file would have them. */
function fieldsOf(base: Row | undefined): object {
  if (base === undefined) return { engine: { kind: 'none' } }
  const { standIn: _, ...model } = base.model
  return { ...model, engine: sayBinding(base.engine) }
}

function readRow(fields: object, refuse: Refuse, at: Path): Static<typeof rowSchema> {
  const row = keepTo(rowSchema, fields, refuse, at)
  for (const [path, problem] of contradictions(row)) throw refuse([...at, ...path], problem)
  return row
}

/** What no schema can say: limits that pass one another. */
function* contradictions(row: Static<typeof rowSchema>): Generator<[path: string[], problem: string]> {
  const { answerLimit, contextLength, thinking } = row
  if (answerLimit.max > contextLength)
    yield [['answerLimit', 'max'], `must be <= contextLength (${contextLength}), not ${answerLimit.max}`]
  const limits: [path: string[], limit: Limit][] = [[['answerLimit'], answerLimit]]
  if (thinking.kind !== 'never') limits.push([['thinking', 'budget'], thinking.budget])
  for (const [path, { byDefault, max }] of limits)
    if (byDefault > max) yield [[...path, 'byDefault'], `must be <= max (${max}), not ${byDefault}`]
}

import { type Static, Type } from 'typebox'
import { type Life, onlineLife } from '../chat/life.ts'
import { callSyntaxes, type Limit } from '../chat/model.ts'
import { type Path, show } from '../schema/find-fault.ts'
import { keepTo, parseYaml, type Refuse } from '../schema/read-yaml.ts'
import { bindingSchema, readBinding, sayBinding } from './bindings.ts'
import { answersNothing } from './answers-nothing.ts'
import type { Row } from './row.ts'

const closed = { additionalProperties: false }
const tokens = Type.Integer({ minimum: 1 })
const text = Type.String({ minLength: 1 })
const limit = Type.Object({ byDefault: tokens, max: tokens }, closed)
const oneOf = <T extends string>(...values: readonly T[]) =>
  Type.Union(values.map((value) => Type.Literal(value)))
const level = oneOf('high', 'max')

const successor = Type.Optional(text)
const lifeSchema = Type.Union([
  Type.Object({ state: Type.Literal('online') }, closed),
  Type.Object({ state: Type.Literal('deprecated'), sunset: Type.Optional(text), successor }, closed),
  Type.Object({ state: Type.Literal('offline'), successor }, closed),
])

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
    media: Type.Array(oneOf('image', 'audio', 'video', 'pdf')),
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
    embedding: Type.Union([
      Type.Null(),
      Type.Object({ dimensions: tokens, shortens: Type.Boolean() }, closed),
    ]),
    engine: bindingSchema,
    life: lifeSchema,
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
    const said = {
      ...fieldsOf(base),
      ...('embedding' in fields && fields.embedding !== null ? answersNothing : {}),
      ...fields,
    }
    const { engine, life, ...model } = readRow(said, refuse, [...at, index])
    return {
      model: { ...model, standIn: '' },
      engine: readBinding(engine, model.id, file.folder),
      life: readLife(life),
    }
  })
}

/** An empty list where the file does not have the field: a file of settings need not speak of rows. */
function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && field in value ? Reflect.get(value, field) : []
}

/** The fields of a row as a file would have them. */
function fieldsOf(base: Row | undefined): object {
  if (base === undefined) return { engine: { kind: 'none' }, life: { state: 'online' }, embedding: null }
  const { standIn: _, ...model } = base.model
  return { ...model, engine: sayBinding(base.engine), life: sayLife(base.life) }
}

function readLife(said: Static<typeof lifeSchema>): Life {
  const { state } = said
  if (state === 'online') return onlineLife
  const sunset = state === 'deprecated' ? said.sunset : undefined
  return {
    state,
    sunsetAt: sunset === undefined ? null : Date.parse(sunset),
    successor: said.successor ?? '',
  }
}

/** A life as a row would say it. */
function sayLife({ state, sunsetAt, successor }: Life): Static<typeof lifeSchema> {
  if (state === 'online') return { state }
  const named = successor === '' ? {} : { successor }
  if (state === 'offline' || sunsetAt === null) return { state, ...named }
  return { state, sunset: new Date(sunsetAt).toISOString(), ...named }
}

function readRow(fields: object, refuse: Refuse, at: Path): Static<typeof rowSchema> {
  const row = keepTo(rowSchema, fields, refuse, at)
  for (const [path, problem] of contradictions(row)) throw refuse([...at, ...path], problem)
  return row
}

/** What no schema can say: limits that pass one another. */
function* contradictions(row: Static<typeof rowSchema>): Generator<[path: string[], problem: string]> {
  const { id, answerLimit, contextLength, thinking, life } = row
  if (answerLimit.max > contextLength)
    yield [['answerLimit', 'max'], `must be <= contextLength (${contextLength}), not ${answerLimit.max}`]
  const limits: [path: string[], limit: Limit][] = [[['answerLimit'], answerLimit]]
  if (thinking.kind !== 'never') limits.push([['thinking', 'budget'], thinking.budget])
  for (const [path, { byDefault, max }] of limits)
    if (byDefault > max) yield [[...path, 'byDefault'], `must be <= max (${max}), not ${byDefault}`]
  if (life.state === 'deprecated' && life.sunset !== undefined && !isTime(life.sunset))
    yield [['life', 'sunset'], `must be a day or a time such as 2030-01-31, not ${show(life.sunset)}`]
  if (life.state !== 'online' && life.successor === id) yield [['life', 'successor'], 'must be another model']
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))
}

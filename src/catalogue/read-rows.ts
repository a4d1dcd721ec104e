import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import type { Limit, Model } from '../chat/model.ts'
import { readYaml } from '../schema/read-yaml.ts'
import type { Row } from './row.ts'

const closed = { additionalProperties: false }
const tokens = Type.Integer({ minimum: 1 })
const text = Type.String({ minLength: 1 })
const oneOf = <T extends string>(...values: readonly T[]) =>
  Type.Union(values.map((value) => Type.Literal(value)))
const level = oneOf('high', 'max')
const limit = Type.Object({ byDefault: tokens, max: tokens }, closed)

const row = Type.Object(
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
        calls: oneOf('native', 'hermes'),
        wrappers: Type.Array(text),
        infill: Type.Union([Type.Null(), Type.Object({ prefix: text, suffix: text, middle: text }, closed)]),
      },
      closed,
    ),
    switches: Type.Object({ thinking: Type.Array(text), effort: Type.Array(text) }, closed),
    engine: Type.Object(
      {
        kind: Type.Literal('llama'),
        file: Type.String({ minLength: 1 }),
        sequences: Type.Integer({ minimum: 1, maximum: 256 }),
        threads: Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1 })]),
      },
      closed,
    ),
  },
  closed,
)

/**
 * The rows that a YAML list describes. A model's file is sought from `folder`, and is not opened here.
 * Throws `invalid-request` for the first fault, naming file, line, row and field, what came and what is allowed.
 */
export function readRows(source: {
  readonly name: string
  readonly text: string
  readonly folder: string
}): readonly Row[] {
  const { value, refuse } = readYaml(Type.Array(row), source.name, source.text)
  value.forEach((entry, index) => {
    for (const [path, problem] of contradictions(entry)) throw refuse([index, ...path], problem)
  })
  return value.map(({ engine, ...model }) => ({
    model: model satisfies Model,
    engine: { ...engine, file: resolve(source.folder, engine.file) },
  }))
}

/** What no schema can say: limits that pass one another. */
function* contradictions(model: Static<typeof row>): Generator<[path: string[], problem: string]> {
  const limits: [path: string[], limit: Limit][] = [[['answerLimit'], model.answerLimit]]
  if (model.thinking.kind !== 'never') limits.push([['thinking', 'budget'], model.thinking.budget])
  for (const [path, { byDefault, max }] of limits) {
    if (max > model.contextLength) {
      yield [[...path, 'max'], `must be <= contextLength (${model.contextLength}), not ${max}`]
    }
    if (byDefault > max) yield [[...path, 'byDefault'], `must be <= max (${max}), not ${byDefault}`]
  }
}

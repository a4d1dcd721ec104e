import { type Static, Type } from 'typebox'
import { type Level, type Limit, metrics } from '../chat/limits.ts'
import { keepTo, type Refuse } from '../schema/read-yaml.ts'
import type { LimitSettings } from '../settings.ts'

const closed = { additionalProperties: false }
const most = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const setSchema = Type.Partial(Type.Object({ RPM: most, RPH: most, RPD: most, TPM: most, TPD: most }), closed)
const anyName = Type.Record(Type.String(), Type.Unknown())
const levelSchema = Type.Partial(Type.Object({ limits: setSchema, models: anyName }), closed)

/** `limits` of `silica.yaml`; what stands under names of the operator's own is checked by `readLimits`. */
export const limitsSchema = Type.Partial(
  Type.Object({
    levels: anyName,
    level: Type.String({ minLength: 1 }),
    reserve: Type.Union([Type.Literal('answer'), Type.Literal('prompt')]),
    redisGone: Type.Union([Type.Literal('refuse'), Type.Literal('share')]),
    servers: Type.Integer({ minimum: 1, maximum: 10_000 }),
    redisRestarted: Type.Union([Type.Literal('lost'), Type.Literal('kept')]),
  }),
  closed,
)

export const noLimits: LimitSettings = {
  levels: new Map(),
  level: '',
  reserve: 'answer',
  redisGone: 'refuse',
  servers: 1,
  redisRestarted: 'lost',
}

/** With every question answered. */
export function readLimits(
  { levels = {}, ...chosen }: Static<typeof limitsSchema>,
  refuse: Refuse,
): LimitSettings {
  const read = mapOf(levels, (level, name) => levelOf(level, refuse, ['limits', 'levels', name]))
  const answers = { ...noLimits, ...chosen, levels: read }
  if (answers.level === '' || read.has(answers.level)) return answers
  throw refuse(['limits', 'level'], `must be one of the levels, not ${answers.level}`)
}

function levelOf(level: unknown, refuse: Refuse, at: readonly string[]): Level {
  const { limits = {}, models = {} } = keepTo(levelSchema, level, refuse, at)
  const ofModel = (set: unknown, id: string) =>
    limitsOf(keepTo(setSchema, set, refuse, [...at, 'models', id]))
  return { limits: limitsOf(limits), models: mapOf(models, ofModel) }
}

function limitsOf(set: Static<typeof setSchema>): readonly Limit[] {
  return metrics.flatMap((metric) => {
    const allowed = set[metric]
    return allowed === undefined ? [] : [{ metric, most: allowed }]
  })
}

function mapOf<Value>(
  record: Readonly<Record<string, unknown>>,
  read: (value: unknown, name: string) => Value,
) {
  return new Map(Object.entries(record).map(([name, value]) => [name, read(value, name)]))
}

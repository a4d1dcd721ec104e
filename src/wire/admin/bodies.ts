import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { defaultAccount, type KeyRole } from '../../chat/account.ts'
import { type LifeChange, lifeStates } from '../../chat/life.ts'
import { findFault, type Shape } from '../../schema/find-fault.ts'
import { readJson } from '../read-json.ts'
import { invalid, refuseFault } from '../refusals.ts'

/** The bodies of the admin API. A field that none of them knows is refused: whoever manages keys must not err quietly. */

const closed = { additionalProperties: false }
// PostgreSQL stores no U+0000.
const pattern = '^[^\\u0000]*$'
const name = Type.String({ minLength: 1, maxLength: 200, pattern })
const models = Type.Union([Type.Null(), Type.Array(Type.String({ minLength: 1, pattern }), { minItems: 1 })])
const expiresAt = Type.Union([Type.Null(), Type.String()])

export const newAccountShape = Type.Object(
  { id: Type.String({ pattern }), name: Type.Optional(name) },
  closed,
)
export const readNewAccount = reader(newAccountShape, ({ id, name: called = id }) => ({ id, name: called }))

export const accountChangeShape = Type.Object(
  {
    name: Type.Optional(name),
    level: Type.Optional(Type.String({ maxLength: 64, pattern })),
    disabled: Type.Optional(Type.Boolean()),
    keep_bodies: Type.Optional(Type.Boolean()),
  },
  closed,
)
export const readAccountChange = reader(accountChangeShape, ({ keep_bodies: keepsBodies, ...body }) => ({
  ...body,
  keepsBodies,
}))

export const newKeyShape = Type.Object(
  {
    name: Type.Optional(name),
    account_id: Type.Optional(Type.String({ pattern })),
    role: Type.Optional(Type.Enum(['caller', 'admin'])),
    models: Type.Optional(models),
    expires_at: Type.Optional(expiresAt),
  },
  closed,
)
export const readNewKey = reader(newKeyShape, (body) => ({
  name: body.name ?? '',
  accountId: body.account_id ?? defaultAccount,
  role: roleOf(body.role),
  models: body.models ?? null,
  expiresAt: timeOf(body.expires_at ?? null),
}))

export const keyChangeShape = Type.Object(
  {
    name: Type.Optional(name),
    disabled: Type.Optional(Type.Boolean()),
    models: Type.Optional(models),
    expires_at: Type.Optional(expiresAt),
  },
  closed,
)
export const readKeyChange = reader(keyChangeShape, ({ expires_at: expires, ...body }) => ({
  ...body,
  expiresAt: expires === undefined ? undefined : timeOf(expires),
}))

export const lifeChangeShape = Type.Object(
  {
    state: Type.Optional(Type.Enum([...lifeStates])),
    sunset_at: Type.Optional(expiresAt),
    successor: Type.Optional(Type.Union([Type.Null(), name])),
  },
  closed,
)
export const readLifeChange = reader(
  lifeChangeShape,
  ({ state, sunset_at: sunset, successor }): LifeChange => ({
    state: lifeStates.find((one) => one === state),
    sunsetAt: sunset === undefined || sunset === null ? sunset : readTime('sunset_at', sunset),
    successor: successor === null ? '' : successor,
  }),
)

function reader<T extends Shape, R>(shape: T, read: (body: Static<T>) => R): (body: Uint8Array) => R {
  const compiled = Compile(shape)
  return (bytes) => {
    const body = readJson(bytes)
    if (!compiled.Check(body)) throw refuseFault(findFault(shape, body))
    return read(body)
  }
}

function roleOf(role: string | undefined): KeyRole {
  return role === 'admin' ? role : 'caller'
}

function timeOf(text: string | null): number | null {
  return text === null ? null : readTime('expires_at', text)
}

/** Milliseconds since 1970 of a time such as `2030-01-31` or `2030-01-31T12:00:00Z`. */
export function readTime(field: string, text: string): number {
  const time = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(time)) return time
  throw invalid(field, 'must be a time such as 2030-01-31T12:00:00Z')
}

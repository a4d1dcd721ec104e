import type { Account, Key } from '../../chat/account.ts'
import type { KnownLife } from '../../chat/life.ts'
import type { Model } from '../../chat/model.ts'
import { writeAbilities } from '../abilities.ts'

/** What the admin API says, as values for `JSON.stringify`. Times are texts such as `2030-01-31T12:00:00.000Z`. */

export function writeAccount({ id, name, level, createdAt, disabledAt }: Account): object {
  return { id, name, level, created_at: textOf(createdAt), disabled_at: textOrNull(disabledAt) }
}

/** `secret` is given once: when the key is made. */
export function writeKey(key: Key, secret?: string): object {
  return {
    id: key.id,
    account_id: key.accountId,
    name: key.name,
    role: key.role,
    models: key.models,
    created_at: textOf(key.createdAt),
    expires_at: textOrNull(key.expiresAt),
    disabled_at: textOrNull(key.disabledAt),
    ...(secret === undefined ? {} : { secret }),
  }
}

/** `engine` says what runs it; `served`: whether it answers. */
export function writeModel(model: Model, life: KnownLife, engine: object, served: boolean): object {
  return {
    id: model.id,
    state: life.state,
    since: textOrNull(life.since),
    sunset_at: textOrNull(life.sunsetAt),
    successor: life.successor || null,
    served,
    stand_in: model.standIn || null,
    engine,
    abilities: writeAbilities(model),
  }
}

/** A row of the ledger: its columns are the API's fields. */
export function writeRecord(row: object): object {
  const fields = Object.entries(row).map(([field, value]): [string, unknown] => {
    if (field.endsWith('_at')) return [field, value === null ? null : textOf(Number(value))]
    return [field, field === 'reasons' ? String(value).split(',').filter(Boolean) : value]
  })
  return Object.fromEntries(fields)
}

export function writeList(data: readonly object[], next: string | null = null): object {
  return { data, next }
}

function textOf(time: number): string {
  return new Date(time).toISOString()
}

function textOrNull(time: number | null): string | null {
  return time === null ? null : textOf(time)
}

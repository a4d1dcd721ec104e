import type { SelectQueryBuilder } from 'kysely'
import type { Key } from '../chat/account.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

export interface FoundKey {
  readonly key: Key
  readonly level: string
  readonly keepsBodies: boolean
  readonly accountDisabledAt: number | null
}

/** Throws where the id or the hash is taken. */
export async function insertKey({ query }: Database, key: Key, hash: string): Promise<void> {
  const { id, accountId, role, createdAt } = key
  await query
    .insertInto('keys')
    .values({ id, account_id: accountId, hash, role, created_at: createdAt, ...changeable(key) })
    .execute()
}

/** The key of this hash, disabled or not, the level of its account, whether its bodies are kept, and since when it is disabled. */
export async function findKeyByHash({ query }: Database, hash: string): Promise<FoundKey | undefined> {
  const row = await select(query.selectFrom('keys'))
    .leftJoin('accounts', 'accounts.id', 'keys.account_id')
    .select([
      'accounts.level as level',
      'accounts.keeps_bodies as keepsBodies',
      'accounts.disabled_at as accountDisabledAt',
    ])
    .where('hash', '=', hash)
    .executeTakeFirst()
  return (
    row && {
      key: keyOf(row),
      level: row.level ?? '',
      keepsBodies: row.keepsBodies === 1,
      accountDisabledAt: row.accountDisabledAt,
    }
  )
}

export async function findKey({ query }: Database, id: string): Promise<Key | undefined> {
  const row = await select(query.selectFrom('keys')).where('keys.id', '=', id).executeTakeFirst()
  return row && keyOf(row)
}

/** Every key, oldest first. */
export async function listKeys({ query }: Database): Promise<readonly Key[]> {
  const rows = await select(query.selectFrom('keys')).orderBy('keys.created_at').orderBy('keys.id').execute()
  return rows.map(keyOf)
}

/** Puts the key in the place of what was stored under its id. Account, role and secret stay as they are. */
export async function updateKey({ query }: Database, key: Key): Promise<void> {
  await query.updateTable('keys').set(changeable(key)).where('id', '=', key.id).execute()
}

/** Puts every stored hash through `change`. */
export async function rehashKeys({ query }: Database, change: (hash: string) => string): Promise<void> {
  const rows = await query.selectFrom('keys').select(['id', 'hash']).execute()
  for (const { id, hash } of rows) {
    await query
      .updateTable('keys')
      .set({ hash: change(hash) })
      .where('id', '=', id)
      .execute()
  }
}

function changeable({ name, models, expiresAt, disabledAt }: Key) {
  return {
    name,
    models: models === null ? null : JSON.stringify(models),
    expires_at: expiresAt,
    disabled_at: disabledAt,
  }
}

function select(from: SelectQueryBuilder<Tables, 'keys', object>) {
  return from.select([
    'keys.id as id',
    'keys.account_id as accountId',
    'keys.name as name',
    'keys.role as role',
    'keys.models as models',
    'keys.created_at as createdAt',
    'keys.expires_at as expiresAt',
    'keys.disabled_at as disabledAt',
  ])
}

type Row = Omit<Key, 'role' | 'models'> & { readonly role: string; readonly models: string | null }

function keyOf({ id, accountId, name, role, models, createdAt, expiresAt, disabledAt }: Row): Key {
  return {
    id,
    accountId,
    name,
    role: role === 'admin' ? role : 'caller',
    models: models === null ? null : textsOf(JSON.parse(models)),
    createdAt,
    expiresAt,
    disabledAt,
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

import type { Database } from './database.ts'

/** What is known of a key. The secret is nowhere stored. */
export interface KeyFacts {
  readonly id: string
  readonly name: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Null while the key may be used. */
  readonly disabledAt: number | null
}

/** Throws where the id or the hash is taken. */
export async function insertKey(
  { query }: Database,
  key: { readonly id: string; readonly name: string; readonly hash: string; readonly createdAt: number },
): Promise<void> {
  await query
    .insertInto('keys')
    .values({ id: key.id, name: key.name, hash: key.hash, created_at: key.createdAt, disabled_at: null })
    .execute()
}

/** The key of this hash, disabled or not. */
export async function findKey({ query }: Database, hash: string): Promise<KeyFacts | undefined> {
  return query.selectFrom('keys').select(facts).where('hash', '=', hash).executeTakeFirst()
}

/** Every key, oldest first. */
export async function listKeys({ query }: Database): Promise<readonly KeyFacts[]> {
  return query.selectFrom('keys').select(facts).orderBy('created_at').orderBy('id').execute()
}

/** Whether a key was disabled by this: false where there is none of this id, or it was disabled before. */
export async function disableKey({ query }: Database, id: string, at: number): Promise<boolean> {
  const result = await query
    .updateTable('keys')
    .set({ disabled_at: at })
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

const facts = ['id', 'name', 'created_at as createdAt', 'disabled_at as disabledAt'] as const

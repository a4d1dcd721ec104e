import type { Account } from '../chat/account.ts'
import type { Database } from './database.ts'

/** Whether the account was made by this: false where the id is taken. */
export async function insertAccount({ query }: Database, account: Account): Promise<boolean> {
  const { id, name, level, createdAt, disabledAt } = account
  const { numInsertedOrUpdatedRows } = await query
    .insertInto('accounts')
    .values({ id, name, level, created_at: createdAt, disabled_at: disabledAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function findAccount({ query }: Database, id: string): Promise<Account | undefined> {
  return query.selectFrom('accounts').select(columns).where('id', '=', id).executeTakeFirst()
}

/** Every account, oldest first. */
export async function listAccounts({ query }: Database): Promise<readonly Account[]> {
  return query.selectFrom('accounts').select(columns).orderBy('created_at').orderBy('id').execute()
}

/** Puts the account in the place of what was stored under its id. */
export async function updateAccount({ query }: Database, account: Account): Promise<void> {
  await query
    .updateTable('accounts')
    .set({ name: account.name, level: account.level, disabled_at: account.disabledAt })
    .where('id', '=', account.id)
    .execute()
}

const columns = ['id', 'name', 'level', 'created_at as createdAt', 'disabled_at as disabledAt'] as const

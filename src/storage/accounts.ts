import type { Account } from '../chat/account.ts'
import type { Database } from './database.ts'

/** Whether the account was made by this: false where the id is taken. */
export async function insertAccount({ query }: Database, account: Account): Promise<boolean> {
  const { id, createdAt } = account
  const { numInsertedOrUpdatedRows } = await query
    .insertInto('accounts')
    .values({ id, created_at: createdAt, ...changeable(account) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

export async function findAccount({ query }: Database, id: string): Promise<Account | undefined> {
  const row = await query.selectFrom('accounts').select(columns).where('id', '=', id).executeTakeFirst()
  return row && accountOf(row)
}

/** Every account, oldest first. */
export async function listAccounts({ query }: Database): Promise<readonly Account[]> {
  const accounts = query.selectFrom('accounts').select(columns).orderBy('created_at').orderBy('id')
  return (await accounts.execute()).map(accountOf)
}

/** Puts the account in the place of what was stored under its id. */
export async function updateAccount({ query }: Database, account: Account): Promise<void> {
  await query.updateTable('accounts').set(changeable(account)).where('id', '=', account.id).execute()
}

const columns = [
  'id',
  'name',
  'level',
  'created_at as createdAt',
  'disabled_at as disabledAt',
  'keeps_bodies as keepsBodies',
] as const

function changeable({ name, level, disabledAt, keepsBodies }: Account) {
  return { name, level, disabled_at: disabledAt, keeps_bodies: keepsBodies ? 1 : 0 }
}

function accountOf(row: Omit<Account, 'keepsBodies'> & { readonly keepsBodies: number }): Account {
  return { ...row, keepsBodies: row.keepsBodies === 1 }
}

import { type Account, defaultAccount, type Key, type KeyRole } from '../chat/account.ts'
import { Failure, notFound } from '../chat/failure.ts'
import { findAccount, insertAccount, listAccounts, updateAccount } from '../storage/accounts.ts'
import type { Database } from '../storage/database.ts'
import { findKey, insertKey, listKeys, updateKey } from '../storage/keys.ts'
import { hashOf, type ServerSecret } from './server-secret.ts'

/**
 * Every account and key, for whoever manages them. Nothing is ever deleted, so that records keep their meaning. What is
 * disabled is refused at once by this process, and within a second by others over the same database.
 */
export interface Directory {
  /** Oldest first. */
  listAccounts(): Promise<readonly Account[]>
  /** Throws `not-found`. */
  findAccount(id: string): Promise<Account>
  /** Throws `invalid-request` for an id that is not allowed, `taken` for one that is in use. */
  createAccount(account: { readonly id: string; readonly name: string }): Promise<Account>
  /** Throws `not-found`. */
  changeAccount(id: string, change: AccountChange): Promise<Account>
  /** Oldest first. */
  listKeys(): Promise<readonly Key[]>
  /** Throws `not-found`. */
  findKey(id: string): Promise<Key>
  /** The secret is given here and never again: only its sealed hash is kept. Throws `not-found` for the account. */
  createKey(key: NewKey): Promise<{ readonly key: Key; readonly secret: string }>
  /** Throws `not-found`. */
  changeKey(id: string, change: KeyChange): Promise<Key>
}

export interface NewKey {
  readonly name: string
  readonly accountId: string
  readonly role: KeyRole
  readonly models: readonly string[] | null
  readonly expiresAt: number | null
}

/** What is left out stays as it is. */
export interface AccountChange {
  readonly name?: string | undefined
  readonly level?: string | undefined
  readonly disabled?: boolean | undefined
  readonly keepsBodies?: boolean | undefined
}

export interface KeyChange extends Omit<AccountChange, 'level' | 'keepsBodies'> {
  readonly models?: readonly string[] | null | undefined
  readonly expiresAt?: number | null | undefined
}

export interface DirectoryParts {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (count: number) => Uint8Array
  readonly secret: ServerSecret
  /** Told of every change of what is allowed. */
  readonly changed: () => void
}

/** Makes the default account where there is none. */
export async function openDirectory(parts: DirectoryParts): Promise<Directory> {
  const { database, clock, secret } = parts
  await insertAccount(database, newAccount(defaultAccount, defaultAccount, clock()))

  /** Since when it is disabled, if it is to be. */
  const disabling = (before: number | null, disabled: boolean | undefined) => {
    if (disabled === undefined) return before
    return disabled ? (before ?? clock()) : null
  }

  const directory: Directory = {
    listAccounts: () => listAccounts(database),
    async findAccount(id) {
      const found = await findAccount(database, id)
      if (found === undefined) throw notFound('account', id)
      return found
    },
    async createAccount({ id, name }) {
      if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id)) {
        throw new Failure(
          'invalid-request',
          'The id of an account is 1 to 64 small letters, digits, dots, hyphens and underscores, and begins with a ' +
            'letter or digit.',
          { field: 'id' },
        )
      }
      const account = newAccount(id, name, clock())
      if (await insertAccount(database, account)) return account
      throw new Failure('taken', `There is an account ${id} already.`, { field: 'id' })
    },
    async changeAccount(id, { name, level, disabled, keepsBodies }) {
      const before = await directory.findAccount(id)
      const after = {
        ...before,
        name: name ?? before.name,
        level: level ?? before.level,
        keepsBodies: keepsBodies ?? before.keepsBodies,
        disabledAt: disabling(before.disabledAt, disabled),
      }
      await updateAccount(database, after)
      parts.changed()
      return after
    },
    listKeys: () => listKeys(database),
    async findKey(id) {
      const found = await findKey(database, id)
      if (found === undefined) throw notFound('key', id)
      return found
    },
    async createKey(wanted) {
      await directory.findAccount(wanted.accountId)
      const made = `sk-${Buffer.from(parts.randomBytes(36)).toString('base64url')}`
      // The first 8 of 48 characters.
      const key = { ...wanted, id: made.slice(0, 11), createdAt: clock(), disabledAt: null }
      await insertKey(database, key, secret.seal(hashOf(made)))
      return { key, secret: made }
    },
    async changeKey(id, { name, disabled, models, expiresAt }) {
      const before = await directory.findKey(id)
      const after = {
        ...before,
        name: name ?? before.name,
        models: models === undefined ? before.models : models,
        expiresAt: expiresAt === undefined ? before.expiresAt : expiresAt,
        disabledAt: disabling(before.disabledAt, disabled),
      }
      await updateKey(database, after)
      parts.changed()
      return after
    },
  }
  return directory
}

function newAccount(id: string, name: string, createdAt: number): Account {
  return { id, name, level: '', createdAt, disabledAt: null, keepsBodies: false }
}

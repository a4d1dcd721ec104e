/** Who is counted: limits and records are kept for an account, however many keys it has. Never deleted. */
export interface Account {
  /** Chosen by the operator. */
  readonly id: string
  readonly name: string
  /** Which of the settings' levels sets its limits; empty for the one that they give to all others. */
  readonly level: string
  /** Milliseconds since 1970, as are all times here. */
  readonly createdAt: number
  /** Null while its keys may be used. */
  readonly disabledAt: number | null
  /** Whether what it asks and is answered is kept for a while. */
  readonly keepsBodies: boolean
}

/** What is known of a key. The secret is nowhere kept. */
export interface Key {
  /** The first characters of the secret, so that whoever finds one can tell which key to disable. */
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly role: KeyRole
  /** The models that it may ask; null for all. */
  readonly models: readonly string[] | null
  readonly createdAt: number
  /** The first moment at which it is refused; null for never. */
  readonly expiresAt: number | null
  /** Null while it may be used. */
  readonly disabledAt: number | null
}

/** `caller`: asks models, and nothing else. `admin`: manages accounts and keys and reads all records, and nothing else. */
export type KeyRole = 'caller' | 'admin'

/** The account of keys that were made without naming one. */
export const defaultAccount = 'default'

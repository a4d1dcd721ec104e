import type { Kysely } from 'kysely'

/** What stands in the database. Times are milliseconds since 1970. */
export interface Tables {
  readonly keys: KeysTable
  readonly migrations: { readonly name: string }
}

interface KeysTable {
  readonly id: string
  readonly name: string
  /** SHA-256 of the secret, 64 hexadecimal digits. */
  readonly hash: string
  readonly created_at: number
  /** Null while the key may be used. */
  readonly disabled_at: number | null
}

/** One step of the schema. Its name and what it does never change once it has been released. */
export interface Migration {
  readonly name: string
  up(query: Kysely<Tables>): Promise<void>
}

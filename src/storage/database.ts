import { Kysely } from 'kysely'
import { Failure } from '../chat/failure.ts'
import { migrate } from './migrate.ts'
import { isPostgres, openPostgres, withoutSecrets } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import type { Tables } from './tables.ts'

export interface Database {
  readonly kind: 'sqlite' | 'postgres'
  /** For the functions of this room alone. */
  readonly query: Kysely<Tables>
  close(): Promise<void>
}

/**
 * Opens a PostgreSQL database by its URL, or a SQLite file, made where there is none, and brings it up to date.
 * `:memory:` is a SQLite database of its own that ends with `close`. Throws `invalid-request`, naming the database
 * without any password, when it cannot be used.
 */
export async function openDatabase(place: string): Promise<Database> {
  const kind = isPostgres(place) ? 'postgres' : 'sqlite'
  const dialect = kind === 'postgres' ? await openPostgres(place) : openSqlite(place)
  const query = new Kysely<Tables>({ dialect })
  try {
    await migrate({ kind, query })
  } catch (error) {
    await query.destroy()
    const name = kind === 'postgres' ? withoutSecrets(place) : place
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('invalid-request', `The database ${name} cannot be used: ${reason}`, { cause: error })
  }
  return { kind, query, close: () => query.destroy() }
}

import { Kysely } from 'kysely'
import { Failure } from '../chat/failure.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'
import type { Tables } from './tables.ts'

export interface Database {
  /** For the functions of this room alone. */
  readonly query: Kysely<Tables>
  close(): Promise<void>
}

/**
 * Opens the SQLite file, made where there is none, and brings it up to date. `:memory:` is a database of its own that
 * ends with `close`. Throws `invalid-request`, naming the file, when it cannot be used.
 */
export async function openDatabase(file: string): Promise<Database> {
  try {
    const query = new Kysely<Tables>({ dialect: openSqlite(file) })
    try {
      await migrate(query)
    } catch (error) {
      await query.destroy()
      throw error
    }
    return { query, close: () => query.destroy() }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('invalid-request', `The database ${file} cannot be used: ${reason}`, { cause: error })
  }
}

import { sql } from 'kysely'
import type { Database } from './database.ts'

/** Any number that no other program over the same database is likely to choose. */
const lock = 5_370_696_417

/** Runs `work` in one transaction, whole or not at all, and no two of them at a time, whatever processes they are in. */
export async function exclusively<T>(
  { kind, query }: Pick<Database, 'kind' | 'query'>,
  work: (inside: Database) => Promise<T>,
): Promise<T> {
  return query.transaction().execute(async (transaction) => {
    // SQLite's transactions hold the write lock from their beginning.
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${lock})`.execute(transaction)
    return work({ kind, query: transaction, close: () => Promise.resolve() })
  })
}

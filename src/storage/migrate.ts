import type { Kysely } from 'kysely'
import { Failure } from '../chat/failure.ts'
import { keys } from './migrations/0001-keys.ts'
import type { Migration, Tables } from './tables.ts'

/** Every migration, oldest first. */
const released: readonly Migration[] = [keys]

/**
 * Brings the schema up to date, whole or not at all. Safe when several processes start at once: the transaction holds
 * the database's write lock from its beginning. Throws `invalid-request` for a database that a newer Silica has
 * changed, and leaves it as it is.
 */
export async function migrate(
  query: Kysely<Tables>,
  migrations: readonly Migration[] = released,
): Promise<void> {
  await query.transaction().execute(async (transaction) => {
    await transaction.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .execute()
    const rows = await transaction.selectFrom('migrations').select('name').execute()
    const done = new Set(rows.map((row) => row.name))
    const known = new Set(migrations.map((migration) => migration.name))
    const unknown = [...done].filter((name) => !known.has(name))
    if (unknown.length > 0) {
      throw new Failure(
        'invalid-request',
        `The database was changed by a newer Silica (${unknown.join(', ')}). ` +
          'Start that version or newer, or use another data directory.',
      )
    }
    for (const migration of migrations.filter(({ name }) => !done.has(name))) {
      await migration.up(transaction)
      await transaction.insertInto('migrations').values({ name: migration.name }).execute()
    }
  })
}

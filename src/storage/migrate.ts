import { Failure } from '../chat/failure.ts'
import type { Database } from './database.ts'
import { exclusively } from './exclusively.ts'
import { keys } from './migrations/0001-keys.ts'
import { accounts } from './migrations/0002-accounts.ts'
import { requests } from './migrations/0003-requests.ts'
import { levels } from './migrations/0004-levels.ts'
import { lives } from './migrations/0005-lives.ts'
import { stories } from './migrations/0006-stories.ts'
import { bodies } from './migrations/0007-bodies.ts'
import { sums } from './migrations/0008-sums.ts'
import type { Migration } from './tables.ts'

/** Every migration, oldest first. A new one goes to the end. */
const released: readonly Migration[] = [keys, accounts, requests, levels, lives, stories, bodies, sums]

/**
 * Brings the schema up to date, whole or not at all. Safe when several processes start at once. Throws
 * `invalid-request` for a database that a newer Silica has changed, or that lacks one of the steps before its last, and
 * leaves it as it is.
 */
export async function migrate(
  database: Pick<Database, 'kind' | 'query'>,
  migrations: readonly Migration[] = released,
): Promise<void> {
  await exclusively(database, async ({ kind, query }) => {
    await query.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .execute()
    const rows = await query.selectFrom('migrations').select('name').execute()
    const left = missingOf(
      rows.map((row) => row.name),
      migrations,
    )
    for (const migration of left) {
      await migration.up(query, kind)
      await query.insertInto('migrations').values({ name: migration.name }).execute()
    }
  })
}

/** How many migrations a database lacks that has these. Throws as `migrate` does. */
export function newMigrations(done: readonly string[]): number {
  return missingOf(done, released).length
}

function missingOf(names: readonly string[], migrations: readonly Migration[]): readonly Migration[] {
  const done = new Set(names)
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) {
    throw new Failure(
      'invalid-request',
      `it was changed by a newer Silica (${unknown.join(', ')}). ` +
        'Start that version or newer, or use another database.',
    )
  }
  const missing = migrations.slice(0, done.size).find(({ name }) => !done.has(name))
  if (missing !== undefined)
    throw new Failure('invalid-request', `it has later changes, and lacks ${missing.name}.`)
  return migrations.slice(done.size)
}

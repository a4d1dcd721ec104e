import type { Database } from './database.ts'
import type { BodiesTable } from './tables.ts'

export type BodiesRow = BodiesTable

/** Rows whose ids are stored already are left as they are. */
export async function insertBodies({ query }: Database, rows: readonly BodiesRow[]): Promise<void> {
  await query
    .insertInto('bodies')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function findBodies({ query }: Database, id: string): Promise<BodiesRow | undefined> {
  return query.selectFrom('bodies').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Deletes those of requests up to the one of this id, a few at a time. Gives how many it deleted. */
export async function deleteBodies({ query }: Database, upTo: string, limit: number): Promise<number> {
  const oldest = query.selectFrom('bodies').select('id').where('id', '<=', upTo).orderBy('id').limit(limit)
  const { numDeletedRows } = await query.deleteFrom('bodies').where('id', 'in', oldest).executeTakeFirst()
  return Number(numDeletedRows)
}

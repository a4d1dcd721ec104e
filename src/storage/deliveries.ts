import { type Announcement, type Delivery, type DeliveryState, deliveryStates } from '../chat/announcement.ts'
import { announcementOf } from './announcements.ts'
import type { Database } from './database.ts'
import { exclusively } from './exclusively.ts'
import type { Tables } from './tables.ts'

/**
 * Gives each announcement since then that has no deliveries yet one for each target, once, whatever servers do so at the
 * same time.
 */
export async function spreadAnnouncements(
  database: Database,
  since: number,
  targets: readonly string[],
  newId: () => string,
  now: number,
): Promise<void> {
  const fresh = database.query.selectFrom('announcements').select('id').where('spread', '=', 0)
  if ((await fresh.where('at', '>=', since).limit(1).execute()).length === 0) return
  await exclusively(database, async ({ query }) => {
    const found = await query
      .selectFrom('announcements')
      .select('id')
      .where('spread', '=', 0)
      .where('at', '>=', since)
      .execute()
    for (const { id } of found) {
      await query.updateTable('announcements').set({ spread: 1 }).where('id', '=', id).execute()
      const rows = targets.map((target) => ({
        id: newId(),
        announcement_id: id,
        target,
        state: 'waiting',
        attempts: 0,
        next_at: now,
        result: '',
      }))
      await query.insertInto('deliveries').values(rows).execute()
    }
  })
}

/** Those that wait and are due, the oldest first, of these targets alone. */
export async function dueDeliveries(
  { query }: Database,
  targets: readonly string[],
  now: number,
  limit: number,
): Promise<readonly { readonly delivery: Delivery; readonly announcement: Announcement }[]> {
  const rows = await query
    .selectFrom('deliveries')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('next_at', '<=', now)
    .where('target', 'in', targets)
    .orderBy('next_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.announcement_id)
  const announcements = await query.selectFrom('announcements').selectAll().where('id', 'in', ids).execute()
  const byId = new Map(announcements.map((row) => [row.id, announcementOf(row)]))
  return rows.flatMap((row) => {
    const announcement = byId.get(row.announcement_id)
    return announcement === undefined ? [] : [{ delivery: deliveryOf(row), announcement }]
  })
}

/**
 * Takes one more attempt, and puts off the next one until then. Of all who try at the same time it is true for one: each
 * has seen the same number of attempts, and only the first finds it unchanged.
 */
export async function claimDelivery(
  { query }: Database,
  { id, attempts }: Delivery,
  until: number,
): Promise<boolean> {
  const { numUpdatedRows } = await query
    .updateTable('deliveries')
    .set({ attempts: attempts + 1, next_at: until })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .where('attempts', '=', attempts)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** What became of the attempt of this number; of no effect where another one has been made since. */
export async function settleDelivery(
  { query }: Database,
  { id, attempts, state, nextAt, result }: Delivery,
): Promise<void> {
  await query
    .updateTable('deliveries')
    .set({ state, next_at: nextAt, result })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .execute()
}

/** The newest first. */
export async function listDeliveries(
  { query }: Database,
  { state, before }: { readonly state: DeliveryState | null; readonly before: string | null },
  limit: number,
): Promise<readonly Delivery[]> {
  let rows = query.selectFrom('deliveries').selectAll().orderBy('id', 'desc').limit(limit)
  if (state !== null) rows = rows.where('state', '=', state)
  if (before !== null) rows = rows.where('id', '<', before)
  return (await rows.execute()).map(deliveryOf)
}

/** Has it tried anew from the beginning. Undefined where there is none of this id. */
export async function resendDelivery(
  { query }: Database,
  id: string,
  now: number,
): Promise<Delivery | undefined> {
  const row = await query
    .updateTable('deliveries')
    .set({ state: 'waiting', attempts: 0, next_at: now })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : deliveryOf(row)
}

function deliveryOf(row: Tables['deliveries']): Delivery {
  const { id, announcement_id: announcementId, target, attempts, next_at: nextAt, result } = row
  const state = deliveryStates.find((one) => one === row.state) ?? 'dead'
  return { id, announcementId, target, state, attempts, nextAt, result }
}

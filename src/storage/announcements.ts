import { type Announcement, type AnnouncementFilter, announcementKinds } from '../chat/announcement.ts'
import type { Database } from './database.ts'
import { stateOf } from './lives.ts'
import type { Tables } from './tables.ts'

export async function insertAnnouncement({ query }: Database, announcement: Announcement): Promise<void> {
  const { id, at, model, kind, by, life, changes } = announcement
  await query
    .insertInto('announcements')
    .values({
      id,
      at,
      model,
      kind,
      made_by: by,
      state: life.state,
      sunset_at: life.sunsetAt,
      successor: life.successor,
      changes: JSON.stringify(changes),
      spread: 0,
    })
    .execute()
}

/** The newest first. */
export async function listAnnouncements(
  { query }: Database,
  { model, before }: AnnouncementFilter,
  limit: number,
): Promise<readonly Announcement[]> {
  let rows = query.selectFrom('announcements').selectAll().orderBy('id', 'desc').limit(limit)
  if (model !== null) rows = rows.where('model', '=', model)
  if (before !== null) rows = rows.where('id', '<', before)
  return (await rows.execute()).map(announcementOf)
}

export function announcementOf(row: Tables['announcements']): Announcement {
  const { id, at, model, made_by: by, sunset_at: sunsetAt, successor } = row
  return {
    id,
    at,
    model,
    kind: announcementKinds.find((kind) => kind === row.kind) ?? 'online',
    by,
    life: { state: stateOf(row.state), sunsetAt, successor },
    changes: JSON.parse(row.changes),
  }
}

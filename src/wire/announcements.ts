import type { Announcement, AnnouncementFilter } from '../chat/announcement.ts'
import { type QueryFields, readQuery } from './read-query.ts'

/** Reads the query of a list of announcements; `cursor` names the field with the id that the page is to come after. */
export function readAnnouncementQuery(
  query: QueryFields,
  cursor: 'after' | 'cursor',
): { readonly filter: AnnouncementFilter; readonly limit: number } {
  const { text, limit } = readQuery(query, ['model', cursor, 'limit'])
  return { filter: { model: text('model'), before: text(cursor) }, limit: limit(20, 100) }
}

/** A page as clients of OpenAI read pages: `after=<last_id>` gives what follows. */
export function writeAnnouncements(page: readonly Announcement[], more: boolean): string {
  return JSON.stringify({
    object: 'list',
    data: page.map(writeAnnouncement),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: more,
  })
}

export function writeAnnouncement(announcement: Announcement) {
  const { id, at, model, kind, life, changes } = announcement
  return {
    id,
    object: 'announcement',
    created: Math.floor(at / 1000),
    model,
    kind,
    title: titleOf(announcement),
    state: life.state,
    sunset: timeOrNull(life.sunsetAt),
    successor: life.successor || null,
    changes,
  }
}

/** The body of a webhook, in the form of Standard Webhooks. */
export function writeEvent(announcement: Announcement): string {
  const { at, kind } = announcement
  return JSON.stringify({
    type: `model.${kind}`,
    timestamp: new Date(at).toISOString(),
    data: writeAnnouncement(announcement),
  })
}

/** One sentence or two for people. */
function titleOf({ model, kind, life, changes }: Announcement): string {
  const instead = life.successor === '' ? '' : ` Use ${life.successor}.`
  switch (kind) {
    case 'added':
      return `${model} is new.`
    case 'online':
      return `${model} is online.`
    case 'deprecated': {
      const day = timeOrNull(life.sunsetAt)?.slice(0, 10)
      return `${model} is deprecated${day === undefined ? '' : ` and goes offline on ${day}`}.${instead}`
    }
    case 'offline':
      return `${model} is offline.${instead}`
    case 'abilities':
      return `${model} has other abilities: ${changes.map(({ field }) => field).join(', ')}.`
    case 'removed':
      return `${model} is no longer served.`
  }
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}

/** The newest announcements as an Atom feed (RFC 4287). `self`: the feed's own address. */
export function writeAtom(page: readonly Announcement[], self: string, started: number): string {
  const updated = new Date(page[0]?.at ?? started).toISOString()
  const entries = page.map((announcement) => {
    const { id, at, model } = announcement
    const { title, changes } = writeAnnouncement(announcement)
    const details = changes.map(
      ({ field, from, to }) => `${field}: ${JSON.stringify(from)} is now ${JSON.stringify(to)}`,
    )
    return (
      `<entry><id>urn:silica:announcement:${id}</id><title>${escape(title)}</title>` +
      `<updated>${new Date(at).toISOString()}</updated><category term="${escape(model)}"/>` +
      `<content type="text">${escape([title, ...details].join('\n'))}</content></entry>`
    )
  })
  return (
    '<?xml version="1.0" encoding="utf-8"?>\n' +
    '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:silica:announcements</id><title>Models</title>' +
    `<author><name>Silica</name></author><link rel="self" href="${escape(self)}"/>` +
    `<updated>${updated}</updated>${entries.join('')}</feed>\n`
  )
}

function escape(text: string): string {
  // XML 1.0 has no way to say most control characters.
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

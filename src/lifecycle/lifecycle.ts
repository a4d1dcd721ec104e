import type { Announcement, AnnouncementFilter } from '../chat/announcement.ts'
import { listAnnouncements } from '../storage/announcements.ts'
import type { Database } from '../storage/database.ts'
import { type Lives, openLives, type RowFacts } from './lives.ts'
import { repeat } from './repeat.ts'
import { type Deliveries, openDeliveries, sendDue, type Webhook } from './webhooks.ts'

export interface Lifecycle extends Pick<Lives, 'find' | 'change'> {
  /** The newest first, and whether there are more. */
  announcements(
    filter: AnnouncementFilter,
    limit: number,
  ): Promise<{ readonly page: readonly Announcement[]; readonly more: boolean }>
  readonly deliveries: Deliveries
  readonly webhooks: readonly Webhook[]
  /** The catalogue was read anew. */
  catalogueChanged(): void
  /** Waits for what is under way. */
  close(): Promise<void>
}

export interface LifecycleParts {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void
  readonly newId: () => string
  /** What the catalogue says now; null where its changes are not to be recorded. */
  readonly rows: (() => readonly RowFacts[]) | null
  readonly isKnown: (model: string) => boolean
  readonly webhooks: readonly Webhook[]
  /** The body of a webhook that tells of an announcement. */
  readonly write: (announcement: Announcement) => string
  /** Told of what could not be done, and is tried again. */
  readonly failed: (cause: unknown, what: string) => void
}

/** How often it is looked for what other servers changed, and for what is to be sent, in milliseconds. */
const lookEvery = 1000

/** Takes the catalogue as it is, and goes on to look for what changes and to send what is announced. */
export async function openLifecycle(parts: LifecycleParts): Promise<Lifecycle> {
  const { database, clock, after, rows, webhooks, failed } = parts
  const lives = openLives(parts)
  const stopped = new AbortController()
  let behind = true

  async function look(): Promise<boolean> {
    if (behind && rows !== null) {
      await lives.take(rows())
      behind = false
    } else await lives.refresh()
    return false
  }

  await look()
  const looking = repeat(after, lookEvery, look, (error) =>
    failed(error, 'the lives of the models could not be read or written'),
  )
  const sending = repeat(
    after,
    lookEvery,
    () => sendDue(parts, stopped.signal),
    (error) => failed(error, 'announcements could not be sent to webhooks'),
  )

  return {
    find: (model) => lives.find(model),
    change: (model, change, by) => lives.change(model, change, by),
    async announcements(filter, limit) {
      const found = await listAnnouncements(database, filter, limit + 1)
      return { page: found.slice(0, limit), more: found.length > limit }
    },
    deliveries: openDeliveries(database, clock),
    webhooks,
    catalogueChanged() {
      behind = true
      looking.now()
    },
    async close() {
      stopped.abort()
      await Promise.all([looking.close(), sending.close()])
    },
  }
}

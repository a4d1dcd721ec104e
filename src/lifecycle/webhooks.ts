import type { Announcement, Delivery, DeliveryState } from '../chat/announcement.ts'
import { notFound } from '../chat/failure.ts'
import type { Database } from '../storage/database.ts'
import {
  claimDelivery,
  dueDeliveries,
  listDeliveries,
  resendDelivery,
  settleDelivery,
  spreadAnnouncements,
} from '../storage/deliveries.ts'
import { sign } from './sign.ts'

/** Where announcements are sent. */
export interface Webhook {
  readonly name: string
  readonly url: string
  readonly secret: string
}

export interface Deliveries {
  /** The newest first. `next` is the `before` of those that follow; null where none do. */
  list(
    filter: { readonly state: DeliveryState | null; readonly before: string | null },
    limit: number,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly next: string | null }>
  /** Has one tried anew, whatever became of it. Throws `not-found`. */
  resend(id: string): Promise<Delivery>
}

export function openDeliveries(database: Database, clock: () => number): Deliveries {
  return {
    async list(filter, limit) {
      const found = await listDeliveries(database, filter, limit + 1)
      const deliveries = found.slice(0, limit)
      return { deliveries, next: found.length > limit ? (deliveries.at(-1)?.id ?? null) : null }
    },
    async resend(id) {
      const delivery = await resendDelivery(database, id, clock())
      if (delivery === undefined) throw notFound('delivery', id)
      return delivery
    },
  }
}

export interface WebhookParts {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly newId: () => string
  readonly webhooks: readonly Webhook[]
  /** The body that tells of an announcement. */
  readonly write: (announcement: Announcement) => string
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** How long to wait after each attempt that failed; after the last of them a delivery is dead. */
export const backoff = [5 * second, 30 * second, 2 * minute, 10 * minute, hour, 4 * hour, 12 * hour]
/** How long a webhook may take to answer. */
const patience = 10 * second
/** How long a delivery is left to the server that has taken it: one that was killed meanwhile does not give it back. */
const lease = minute
const atOnce = 8
/** What is older than this is not sent to a webhook that is new, or to one whose servers were away so long. */
const mostAge = 24 * hour

/**
 * Sends what is due, a few at a time: each delivery by one server alone. One that is killed before it could note the
 * answer has it sent again by another. Resolves with whether there may be more.
 */
export async function sendDue(parts: WebhookParts, signal: AbortSignal): Promise<boolean> {
  const { database, webhooks, clock, newId } = parts
  if (webhooks.length === 0) return false
  const names = webhooks.map(({ name }) => name)
  await spreadAnnouncements(database, clock() - mostAge, names, newId, clock())
  const due = await dueDeliveries(database, names, clock(), atOnce)
  await Promise.all(
    due.map(async ({ delivery, announcement }) => {
      const webhook = webhooks.find(({ name }) => name === delivery.target)
      if (webhook === undefined || !(await claimDelivery(database, delivery, clock() + lease))) return
      const attempts = delivery.attempts + 1
      const { done, result } = await send(parts, webhook, announcement, signal)
      const wait = backoff[attempts - 1]
      const state = done ? 'delivered' : wait === undefined ? 'dead' : 'waiting'
      await settleDelivery(database, { ...delivery, attempts, state, result, nextAt: clock() + (wait ?? 0) })
    }),
  )
  return due.length === atOnce
}

/** Nothing of the answer is read but its status, and no redirect is followed. */
async function send(
  { write, clock }: WebhookParts,
  { url, secret }: Webhook,
  announcement: Announcement,
  signal: AbortSignal,
): Promise<{ readonly done: boolean; readonly result: string }> {
  const body = write(announcement)
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'silica',
        ...sign({ id: announcement.id, body, now: clock() }, secret),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    })
    await response.body?.cancel()
    return { done: response.ok, result: `status ${response.status}` }
  } catch (error) {
    return { done: false, result: reasonOf(error) }
  }
}

/** What Node says of a connection stands in the cause, without the address's path or password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return `no answer within ${patience / second} seconds`
  const cause = error.cause
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
}

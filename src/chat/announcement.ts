import type { Life } from './life.ts'

/** One change of a model that its callers should know of. It never changes once it is made. */
export interface Announcement {
  /** 32 hexadecimal digits, ordered by time. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly model: string
  readonly kind: AnnouncementKind
  /** Who changed it: `config`, `cli`, `date` for a sunset that came, or the public part of an admin key. */
  readonly by: string
  /** The model's life after the change. */
  readonly life: Life
  /** What it can do otherwise than before, in the words of `GET /v1/models`. */
  readonly changes: readonly AbilityChange[]
}

export interface AbilityChange {
  readonly field: string
  readonly from: unknown
  readonly to: unknown
}

/** `added`, `removed`: it came into the catalogue, or was taken out. `abilities`: it can do more, less or other things. */
export const announcementKinds = ['added', 'online', 'deprecated', 'offline', 'abilities', 'removed'] as const
export type AnnouncementKind = (typeof announcementKinds)[number]

/** Which announcements are wanted; null for no matter. */
export interface AnnouncementFilter {
  readonly model: string | null
  /** Only older ones than the one of this id. */
  readonly before: string | null
}

/** An announcement on its way to one webhook. */
export interface Delivery {
  readonly id: string
  readonly announcementId: string
  /** The webhook's name. */
  readonly target: string
  /** `dead`: it was tried as often as it may be. */
  readonly state: DeliveryState
  readonly attempts: number
  /** When it is tried next, in milliseconds since 1970; of no meaning unless it waits. */
  readonly nextAt: number
  /** How the last attempt ended; empty where there was none. */
  readonly result: string
}

export const deliveryStates = ['waiting', 'delivered', 'dead'] as const
export type DeliveryState = (typeof deliveryStates)[number]

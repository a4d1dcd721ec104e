import type { Account, Key } from '../../chat/account.ts'
import type { Announcement, Delivery } from '../../chat/announcement.ts'
import type { KnownLife } from '../../chat/life.ts'
import type { Model } from '../../chat/model.ts'
import { writeAbilities } from '../abilities.ts'
import { writeAnnouncement } from '../announcements.ts'

/** What the admin API says, as values for `JSON.stringify`. Times are texts such as `2030-01-31T12:00:00.000Z`. */

export function writeAccount({ id, name, level, createdAt, disabledAt, keepsBodies }: Account): object {
  return {
    id,
    name,
    level,
    keep_bodies: keepsBodies,
    created_at: textOf(createdAt),
    disabled_at: textOrNull(disabledAt),
  }
}

/** `secret` is given once: when the key is made. */
export function writeKey(key: Key, secret?: string): object {
  return {
    id: key.id,
    account_id: key.accountId,
    name: key.name,
    role: key.role,
    models: key.models,
    created_at: textOf(key.createdAt),
    expires_at: textOrNull(key.expiresAt),
    disabled_at: textOrNull(key.disabledAt),
    ...(secret === undefined ? {} : { secret }),
  }
}

/** `engine` says what runs it; `served`: whether it answers. */
export function writeModel(model: Model, life: KnownLife, engine: object, served: boolean): object {
  return {
    id: model.id,
    state: life.state,
    since: textOrNull(life.since),
    sunset_at: textOrNull(life.sunsetAt),
    successor: life.successor || null,
    served,
    stand_in: model.standIn || null,
    engine,
    abilities: writeAbilities(model),
  }
}

/** As callers see it, and who made it. */
export function writeOwnAnnouncement(announcement: Announcement): object {
  return { ...writeAnnouncement(announcement), by: announcement.by }
}

export function writeDelivery({
  id,
  announcementId,
  target,
  state,
  attempts,
  nextAt,
  result,
}: Delivery): object {
  return {
    id,
    announcement_id: announcementId,
    webhook: target,
    state,
    attempts,
    next_at: state === 'waiting' ? textOf(nextAt) : null,
    result,
  }
}

/** What the API says of a request and what it is made of stand under the same names, but for these. */
export interface RecordRow {
  readonly reasons: string
  readonly attempts: string
  readonly decisions: string
  readonly received_at: number
  readonly admitted_at: number
  readonly started_at: number | null
  readonly prompt_read_at: number | null
  readonly first_token_at: number | null
  readonly done_at: number
  readonly completion_tokens: number
  readonly thinking: string
  readonly stand_in: string
  readonly answer_limit: number
  readonly first_token_bin: number
  readonly token_bin: number
}

/** A row of the ledger. */
export function writeRecord(row: RecordRow): object {
  const { reasons, attempts, decisions, first_token_bin: _, token_bin: __, ...plain } = row
  const fields = Object.entries(plain).map(([field, value]) => {
    const isTime = field.endsWith('_at') && typeof value === 'number'
    return [field, isTime ? textOf(value) : value] as const
  })
  return {
    ...Object.fromEntries(fields),
    reasons: reasons.split(',').filter(Boolean),
    timings: timingsOf(row),
    attempts: attemptsOf(attempts),
    decisions: {
      effort: row.thinking,
      stand_in: row.stand_in,
      answer_limit: row.answer_limit,
      ...objectOf(decisions),
    },
  }
}

/** What was asked and answered; null where that is not kept. What is no JSON, as it was cut, is a text. */
export function writeBodies(
  bodies: { readonly request: string; readonly answer: string; readonly truncated: number } | undefined,
): object | null {
  if (bodies === undefined) return null
  const { request, answer, truncated } = bodies
  return { request: jsonOr(request), answer: jsonOr(answer), truncated: truncated === 1 }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Milliseconds; null where it did not come to that, or nobody knows. */
function timingsOf(row: RecordRow): object {
  const { received_at, started_at, prompt_read_at, first_token_at, done_at, completion_tokens } = row
  const between = (from: number | null, to: number | null) =>
    from === null || to === null ? null : Math.max(0, to - from)
  const decode = between(first_token_at, done_at)
  const later = completion_tokens - 1
  return {
    admission_ms: between(received_at, row.admitted_at),
    queue_ms: between(row.admitted_at, started_at),
    prefill_ms: between(started_at ?? row.admitted_at, prompt_read_at),
    first_token_ms: between(received_at, first_token_at),
    decode_ms: decode,
    token_ms: decode === null || later < 1 ? null : Number((decode / later).toPrecision(3)),
    total_ms: done_at - received_at,
  }
}

function attemptsOf(text: string): readonly object[] {
  const attempts: unknown = text === '' ? [] : JSON.parse(text)
  if (!Array.isArray(attempts)) return []
  return attempts.map((attempt: unknown) => {
    const { began_at: began, ended_at: ended, ...rest } = objectOf(attempt)
    return { ...rest, began_at: textOf(Number(began)), ms: Number(ended) - Number(began) }
  })
}

/** The fields of an object, which may come as JSON. */
function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  const object: unknown = typeof value === 'string' && value !== '' ? JSON.parse(value) : value
  return typeof object === 'object' && object !== null ? { ...object } : {}
}

export function writeList(data: readonly object[], next: string | null = null): object {
  return { data, next }
}

function textOf(time: number): string {
  return new Date(time).toISOString()
}

function textOrNull(time: number | null): string | null {
  return time === null ? null : textOf(time)
}

import type { Announcement, AnnouncementKind } from '../chat/announcement.ts'
import { Failure, notFound } from '../chat/failure.ts'
import { type KnownLife, type Life, type LifeChange, onlineLife } from '../chat/life.ts'
import { insertAnnouncement } from '../storage/announcements.ts'
import type { Database } from '../storage/database.ts'
import { exclusively } from '../storage/exclusively.ts'
import { findLife, listLives, putLife, type StoredLife } from '../storage/lives.ts'
import { changesBetween } from './changes-between.ts'

/**
 * Where each model is in its life, in the database, so that all servers over it agree. What was said last holds, be it by
 * a row of the catalogue or by an operator. Every change is announced.
 */
export interface Lives {
  /** As this process knows it: at most a second behind the other servers. */
  find(model: string): KnownLife
  /** Throws `not-found` for a model that nobody knows, `invalid-request` for a change that makes no sense. */
  change(model: string, change: LifeChange, by: string): Promise<KnownLife>
  /**
   * Takes what the catalogue says now. What is new or other than the database knows is announced, and what a reload took
   * away; all of it but at the very first start.
   */
  take(rows: readonly RowFacts[]): Promise<void>
  /** Reads what other servers changed, and takes offline what has come to its date. */
  refresh(): Promise<void>
}

/** What a row of the catalogue says of a model that is served here, or that the row itself does not leave online. */
export interface RowFacts {
  readonly model: string
  readonly life: Life
  /** A JSON object in the words of `GET /v1/models`. */
  readonly abilities: Readonly<Record<string, unknown>>
}

export interface LivesParts {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly newId: () => string
  /** Whether the catalogue has a row of this id, served or not. */
  readonly isKnown: (model: string) => boolean
}

const untouched: KnownLife = { ...onlineLife, since: null }

export function openLives({ database, clock, newId, isKnown }: LivesParts): Lives {
  let known: ReadonlyMap<string, KnownLife> = new Map()
  let rows: readonly RowFacts[] = []
  let waiting = Promise.resolve()

  /** One after the other, so that what was read does not replace what was written after it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = waiting.then(work)
    waiting = done.then(
      () => {},
      () => {},
    )
    return done
  }

  async function announce(inside: Database, what: Omit<Announcement, 'id' | 'at'>): Promise<void> {
    await insertAnnouncement(inside, { id: newId(), at: clock(), ...what })
  }

  async function readAll(): Promise<void> {
    known = new Map((await listLives(database)).map(({ model, life }) => [model, life]))
  }

  /** Null where there is nothing to change. */
  async function settle(
    inside: Database,
    stored: StoredLife,
    after: Life,
    by: string,
  ): Promise<KnownLife | null> {
    const before = stored.life
    if (sameLife(before, after)) return null
    const life = { ...after, since: before.state === after.state ? before.since : clock() }
    await putLife(inside, { ...stored, life })
    await announce(inside, { model: stored.model, kind: after.state, by, life: after, changes: [] })
    return life
  }

  async function takeRow(inside: Database, row: RowFacts, first: boolean): Promise<void> {
    const { model, life } = row
    const rowLife = JSON.stringify(life)
    const abilities = JSON.stringify(row.abilities)
    const stored = await findLife(inside, model)
    if (stored?.rowLife === rowLife && stored.abilities === abilities) return
    const tell = (kind: AnnouncementKind, changes: Announcement['changes'] = []) =>
      announce(inside, { model, kind, by: 'config', life: stored?.life ?? life, changes })
    const since = life.state === 'online' ? null : clock()
    const fresh: StoredLife = { model, life: stored?.life ?? { ...life, since }, rowLife, abilities }
    await putLife(inside, fresh)
    if (first) return
    // Of a model that only operators spoke of so far nobody knows whether it is new.
    if (stored?.rowLife === '') return
    if (stored === undefined || stored.abilities === '') await tell('added')
    else if (stored.abilities !== abilities) {
      const changes = changesBetween(stored.abilities, abilities)
      if (changes.length > 0) await tell('abilities', changes)
    }
    if (stored !== undefined && stored.rowLife !== rowLife) await settle(inside, fresh, life, 'config')
  }

  async function takeAway(inside: Database, model: string): Promise<void> {
    const stored = await findLife(inside, model)
    if (stored === undefined || stored.abilities === '') return
    await putLife(inside, { ...stored, abilities: '' })
    await announce(inside, { model, kind: 'removed', by: 'config', life: stored.life, changes: [] })
  }

  return {
    find: (model) => known.get(model) ?? untouched,
    change: (model, change, by) =>
      inTurn(async () => {
        const life = await exclusively(database, async (inside) => {
          const stored = await findLife(inside, model)
          if (stored === undefined && !isKnown(model)) throw notFound('model', model)
          const before: StoredLife = stored ?? { model, life: untouched, rowLife: '', abilities: '' }
          const after = changed(before.life, change, clock())
          const { successor } = after
          if (successor !== '' && !isKnown(successor) && (await findLife(inside, successor)) === undefined)
            throw invalid('successor', `There is no model ${successor}, which could be the successor.`)
          if (successor === model) throw invalid('successor', 'A model cannot be its own successor.')
          return (await settle(inside, before, after, by)) ?? before.life
        })
        await readAll()
        return life
      }),
    take: (now) => {
      const gone = rows.filter(({ model }) => !now.some((row) => row.model === model))
      rows = now
      return inTurn(async () => {
        await exclusively(database, async (inside) => {
          const first = (await listLives(inside)).every(({ rowLife }) => rowLife === '')
          for (const row of now) await takeRow(inside, row, first)
          for (const { model } of gone) await takeAway(inside, model)
        })
        await readAll()
      })
    },
    refresh: () =>
      inTurn(async () => {
        await readAll()
        const isDue = ({ sunsetAt }: Life) => sunsetAt !== null && sunsetAt <= clock()
        const due = [...known].filter(([, life]) => isDue(life)).map(([model]) => model)
        if (due.length === 0) return
        await exclusively(database, async (inside) => {
          for (const model of due) {
            const stored = await findLife(inside, model)
            // Another server may have been quicker.
            if (stored === undefined || !isDue(stored.life)) continue
            await settle(inside, stored, { ...stored.life, state: 'offline', sunsetAt: null }, 'date')
          }
        })
        await readAll()
      }),
  }
}

/** The life after a change, with what its state cannot have left out. */
function changed(before: Life, change: LifeChange, now: number): Life {
  const state = change.state ?? before.state
  if (state !== 'deprecated' && change.sunsetAt)
    throw invalid('sunset_at', 'Only a deprecated model has a date on which it goes offline.')
  if (state === 'online' && change.successor)
    throw invalid('successor', 'A model that is online has no successor.')
  if (change.sunsetAt && change.sunsetAt <= now) throw invalid('sunset_at', 'The date has passed.')
  return {
    state,
    sunsetAt:
      state !== 'deprecated' ? null : change.sunsetAt === undefined ? before.sunsetAt : change.sunsetAt,
    successor: state === 'online' ? '' : (change.successor ?? before.successor),
  }
}

function sameLife(one: Life, other: Life): boolean {
  return one.state === other.state && one.sunsetAt === other.sunsetAt && one.successor === other.successor
}

function invalid(field: string, message: string): Failure {
  return new Failure('invalid-request', message, { field })
}

import type { DeliveryState } from '../chat/announcement.ts'
import { Failure } from '../chat/failure.ts'
import type { LifeChange } from '../chat/life.ts'
import { openLivesAlone } from '../main.ts'
import type { Settings } from '../settings.ts'
import { openLog } from './log.ts'
import { table } from './terminal.ts'
import { dayOf, timeAfter } from './times.ts'
import { realWorld } from './world.ts'

type Alone = Awaited<ReturnType<typeof openLivesAlone>>

/** Lets a command use what the database knows of models, beside whatever server uses it. */
async function withLives<T>(settings: Settings, use: (alone: Alone) => Promise<T>): Promise<T> {
  const alone = await openLivesAlone(settings, realWorld(openLog(settings.logLevel)))
  try {
    return await use(alone)
  } finally {
    await alone.database.close()
  }
}

/** Changes where a model is in its life. `date`, `successor`: empty to leave them as they are. */
export async function changeLife(
  settings: Settings,
  id: string,
  { state, date, successor }: { state: LifeChange['state']; date: string; successor: string },
): Promise<void> {
  const sunsetAt = date === '' ? undefined : timeAfter(date, Date.now())
  if (date !== '' && sunsetAt === undefined) {
    throw new Failure(
      'invalid-request',
      `--date must be a day such as 2030-01-31 or a time from now such as 30d, not ${date}.`,
    )
  }
  await withLives(settings, async ({ lives }) => {
    const life = await lives.change(id, { state, sunsetAt, successor: successor || undefined }, 'cli')
    const until = life.sunsetAt === null ? '' : `, until ${dayOf(life.sunsetAt)}`
    console.log(`${id} is ${life.state}${until}. Running servers follow within a second.`)
  })
}

/** The newest last, as a log is read. */
export async function printAnnouncements(
  settings: Settings,
  { model, limit, asJson }: { model: string; limit: string; asJson: boolean },
): Promise<void> {
  const most = Number(limit)
  if (!Number.isInteger(most) || most < 1)
    throw new Failure('invalid-request', `--limit must be an integer of at least 1, not ${limit}.`)
  await withLives(settings, async ({ announcements }) => {
    const found = await announcements({ model: model || null, before: null }, most)
    if (asJson) for (const one of found.toReversed()) console.log(JSON.stringify(one))
    else {
      const rows = found
        .toReversed()
        .map(({ at, kind, by, life, ...one }) => [
          new Date(at).toISOString(),
          one.model,
          kind,
          life.sunsetAt === null ? '-' : dayOf(life.sunsetAt),
          life.successor || '-',
          by,
          one.changes.map(({ field }) => field).join(', ') || '-',
        ])
      console.log(table([['AT', 'MODEL', 'KIND', 'SUNSET', 'SUCCESSOR', 'BY', 'CHANGED'], ...rows]))
    }
  })
}

export async function printDeliveries(settings: Settings, state: DeliveryState): Promise<void> {
  await withLives(settings, async ({ deliveries }) => {
    const found = await deliveries.list({ state, before: null }, 1000)
    const rows = found.deliveries.map(({ id, announcementId, target, attempts, result }) => [
      id,
      target,
      announcementId,
      String(attempts),
      result || '-',
    ])
    console.log(table([['ID', 'WEBHOOK', 'ANNOUNCEMENT', 'ATTEMPTS', 'RESULT'], ...rows]))
  })
}

export async function resendDelivery(settings: Settings, id: string): Promise<void> {
  await withLives(settings, async ({ deliveries }) => {
    const { target } = await deliveries.resend(id)
    console.log(`${id} is sent to ${target} again, by the next server that looks.`)
  })
}

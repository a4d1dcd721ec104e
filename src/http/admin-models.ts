import type { FastifyInstance } from 'fastify'
import type { Binding, Replica, Row } from '../catalogue/row.ts'
import { notFound } from '../chat/failure.ts'
import type { KnownLife } from '../chat/life.ts'
import type { Lifecycle } from '../lifecycle/lifecycle.ts'
import { readLifeChange } from '../wire/admin/bodies.ts'
import { deliveryStates } from '../chat/announcement.ts'
import { writeDelivery, writeList, writeModel, writeOwnAnnouncement } from '../wire/admin/write.ts'
import { readAnnouncementQuery } from '../wire/announcements.ts'
import { readQuery } from '../wire/read-query.ts'
import { bodyOf, idOf, nameOf, queryOf } from './read-request.ts'

export interface AdminModelParts {
  /** Every row of the catalogue, what nothing runs too. */
  readonly rows: () => readonly Row[]
  readonly lives: Pick<Lifecycle, 'find' | 'change' | 'announcements' | 'deliveries' | 'webhooks'>
}

/** The catalogue, where each model is in its life, and who was told. Ids hold slashes, which may be encoded. */
export function addAdminModelRoutes(admin: FastifyInstance, { rows, lives }: AdminModelParts): void {
  const find = (id: string): Row => {
    const row = rows().find(({ model }) => model.id === id)
    if (row === undefined) throw notFound('model', id)
    return row
  }
  admin.get('/models', async () => writeList(rows().map((row) => write(row, lives.find(row.model.id)))))
  admin.get('/models/*', async (request) => {
    const id = nameOf(request)
    return write(find(id), lives.find(id))
  })
  admin.patch('/models/*', async (request) => {
    const id = nameOf(request)
    const row = find(id)
    return write(row, await lives.change(id, readLifeChange(bodyOf(request)), request.caller.keyId))
  })
  admin.get('/announcements', async (request) => {
    const { filter, limit } = readAnnouncementQuery(queryOf(request), 'cursor')
    const { page, more } = await lives.announcements(filter, limit)
    return writeList(page.map(writeOwnAnnouncement), more ? (page.at(-1)?.id ?? null) : null)
  })
  // The rest of an address may be as secret as a key.
  const webhooks = lives.webhooks.map(({ name, url }) => ({ name, origin: new URL(url).origin }))
  admin.get('/webhooks', async () => writeList(webhooks))
  admin.get('/deliveries', async (request) => {
    const { text, choice, limit } = readQuery(queryOf(request), ['state', 'cursor', 'limit'])
    const filter = { state: choice('state', deliveryStates), before: text('cursor') }
    const { deliveries, next } = await lives.deliveries.list(filter, limit(100, 1000))
    return writeList(deliveries.map(writeDelivery), next)
  })
  admin.post('/deliveries/:id/resend', async (request) =>
    writeDelivery(await lives.deliveries.resend(idOf(request))),
  )
}

function write({ model, engine }: Row, life: KnownLife): object {
  const runs = engine.kind !== 'none' || model.standIn !== ''
  return writeModel(model, life, describe(engine), runs && life.state !== 'offline')
}

function describe(engine: Binding | Replica): object {
  switch (engine.kind) {
    case 'none':
      return { kind: engine.kind }
    case 'llama':
      return { kind: engine.kind, file: engine.file }
    case 'upstream':
      return {
        kind: engine.kind,
        server: engine.server,
        url: withoutPassword(engine.url),
        model: engine.model,
      }
    case 'pool':
      return { kind: engine.kind, replicas: engine.replicas.map(describe) }
  }
}

function withoutPassword(url: string): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}

import type { FastifyInstance } from 'fastify'
import type { Binding, Replica, Row } from '../catalogue/row.ts'
import { Failure } from '../chat/failure.ts'
import type { KnownLife } from '../chat/life.ts'
import type { Lives } from '../lifecycle/lives.ts'
import { readLifeChange } from '../wire/admin/bodies.ts'
import { writeList, writeModel } from '../wire/admin/write.ts'
import { bodyOf, nameOf } from './read-request.ts'

export interface AdminModelParts {
  /** Every row of the catalogue, what nothing runs too. */
  readonly rows: () => readonly Row[]
  readonly lives: Pick<Lives, 'find' | 'change'>
}

/** `/admin/v1/models`: the catalogue, and where each model is in its life. Ids hold slashes, which may be encoded. */
export function addAdminModelRoutes(admin: FastifyInstance, { rows, lives }: AdminModelParts): void {
  const find = (id: string): Row => {
    const row = rows().find(({ model }) => model.id === id)
    if (row === undefined) throw new Failure('not-found', `There is no model ${id}.`)
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

import type { FastifyInstance } from 'fastify'
import type { EngineReport, ReplicaState } from '../chat/replica-state.ts'
import { writeEngine, writeReplica } from '../wire/admin/write-engine.ts'
import { writeList } from '../wire/admin/write.ts'
import { idOf } from './read-request.ts'

export interface AdminEngineParts {
  readonly all: () => readonly EngineReport[]
  /** Throws `not-found`. */
  readonly drain: (id: string, wanted: boolean) => ReplicaState
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** How each engine stands, and which is asked for nothing new. */
export function addAdminEngineRoutes(admin: FastifyInstance, { all, drain, clock }: AdminEngineParts): void {
  admin.get('/engines', () => writeList(all().map((engine) => writeEngine(engine, clock()))))
  admin.post('/replicas/:id/drain', (request) => writeReplica(drain(idOf(request), true), clock()))
  admin.post('/replicas/:id/resume', (request) => writeReplica(drain(idOf(request), false), clock()))
}

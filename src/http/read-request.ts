import type { FastifyRequest } from 'fastify'
import { Failure } from '../chat/failure.ts'

export function bodyOf({ body }: FastifyRequest): Uint8Array {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/** The `:id` of the path. Throws `not-found` for what nothing is named. */
export function idOf({ params }: FastifyRequest): string {
  return named(typeof params === 'object' && params !== null && 'id' in params ? String(params.id) : '')
}

/** What stands for the `*` at the path's end. Throws as `idOf` does. */
export function nameOf({ params }: FastifyRequest): string {
  return named(typeof params === 'object' && params !== null && '*' in params ? String(params['*']) : '')
}

/** PostgreSQL would not look for it. */
function named(id: string): string {
  if (id.includes('\0')) throw new Failure('not-found', 'Nothing has an id that holds the character U+0000.')
  return id
}

export function queryOf({ query }: FastifyRequest): Readonly<Record<string, unknown>> {
  return typeof query === 'object' && query !== null ? { ...query } : {}
}

import type { FastifyRequest } from 'fastify'
import type { Circumstances } from '../wire/rules/circumstances.ts'
import type { Find } from '../wire/rules/find-model.ts'
import type { HttpParts } from './server.ts'

/** What a reader makes of the request's body. */
export function readBody<Asked>(
  { find, compat }: HttpParts,
  { body, headers }: FastifyRequest,
  read: (body: Uint8Array, find: Find, circumstances: Circumstances) => Asked,
): Asked {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
  return read(bytes, find, { compat, userAgent: headers['user-agent'] ?? '' })
}

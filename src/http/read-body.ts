import type { FastifyRequest } from 'fastify'
import type { Circumstances } from '../wire/rules/circumstances.ts'
import type { Find } from '../wire/rules/find-model.ts'
import { bodyOf } from './read-request.ts'
import type { HttpParts } from './server.ts'

/** What a reader makes of the request's body. */
export function readBody<Asked>(
  { find, compat }: HttpParts,
  request: FastifyRequest,
  read: (body: Uint8Array, find: Find, circumstances: Circumstances) => Asked,
): Asked {
  return read(bodyOf(request), find, { compat, userAgent: request.headers['user-agent'] ?? '' })
}

import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRequest } from '../wire/tokenize/read-request.ts'
import { writeTokens } from '../wire/tokenize/write-tokens.ts'
import { readBody } from './read-body.ts'
import { tellLife, unlessGone } from './send-answer.ts'
import type { HttpParts } from './server.ts'

/** `POST /v1/tokenize`. Nothing is generated, and nothing is counted against the account. */
export function tokenize(parts: HttpParts) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const asked = readBody(parts, request, readRequest)
    return unlessGone(tellLife(parts, reply, asked.chat.model), async (gone) =>
      writeTokens(asked, await parts.count(request.caller, asked.chat, gone)),
    )
  }
}

import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRequest } from '../wire/embeddings/read-request.ts'
import { writeAnswer } from '../wire/embeddings/write-answer.ts'
import { limitHeaders } from '../wire/limit-headers.ts'
import { readBody } from './read-body.ts'
import { tellLife, unlessGone } from './send-answer.ts'
import type { HttpParts } from './server.ts'

/** `POST /v1/embeddings`. */
export function embeddings(parts: HttpParts) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const read = readBody(parts, request, readRequest)
    return unlessGone(tellLife(parts, reply, read.asked.model), async (gone) => {
      const { caller, arrival } = request
      const { embeddings, standings } = await parts.embed(caller, read.asked, arrival, gone)
      void reply.headers(limitHeaders(standings))
      return writeAnswer(read, embeddings)
    })
  }
}

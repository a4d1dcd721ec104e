import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRequest } from '../wire/completions/read-request.ts'
import { answerWriter } from '../wire/completions/write-answer.ts'
import { streamWriter } from '../wire/completions/write-stream.ts'
import { answerHead } from './chat-completions.ts'
import { readBody } from './read-body.ts'
import { sendAnswer } from './send-answer.ts'
import type { HttpParts } from './server.ts'

/** `POST /v1/completions`. */
export function completions(parts: HttpParts) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const asked = readBody(parts, request, readRequest)
    const head = answerHead(parts, asked.chat)
    return sendAnswer(parts, request, reply, asked.chat, {
      whole: () => answerWriter(head, asked),
      stream: () => streamWriter(head, asked),
    })
  }
}

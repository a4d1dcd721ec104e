import type { FastifyReply, FastifyRequest } from 'fastify'
import { readRequest } from '../wire/chat-completions/read-request.ts'
import { answerWriter } from '../wire/chat-completions/write-answer.ts'
import { type AnswerHead, streamWriter } from '../wire/chat-completions/write-stream.ts'
import { readBody } from './read-body.ts'
import { sendAnswer } from './send-answer.ts'
import type { HttpParts } from './server.ts'

/** `POST /v1/chat/completions`. */
export function chatCompletions(parts: HttpParts) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const chat = readBody(parts, request, readRequest)
    const head: AnswerHead = {
      id: parts.newId(),
      created: Math.floor(parts.clock() / 1000),
      model: chat.model.id,
    }
    return sendAnswer(parts, request, reply, chat, {
      whole: () => answerWriter(head, chat),
      stream: () => streamWriter(head, chat),
    })
  }
}

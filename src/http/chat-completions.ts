import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ChatRequest } from '../chat/request.ts'
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
    const head = answerHead(parts, chat)
    return sendAnswer(parts, request, reply, chat, {
      whole: () => answerWriter(head, chat),
      stream: () => streamWriter(head, chat),
    })
  }
}

/** What both of OpenAI's shapes begin with. */
export function answerHead({ newId, clock }: HttpParts, { model }: ChatRequest): AnswerHead {
  return { id: newId(), created: Math.floor(clock() / 1000), model: model.id }
}

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { messageHead } from '../wire/messages/head.ts'
import { readRequest } from '../wire/messages/read-request.ts'
import { answerWriter } from '../wire/messages/write-answer.ts'
import { writeFailure } from '../wire/messages/write-failure.ts'
import { streamWriter } from '../wire/messages/write-stream.ts'
import { writeTokens } from '../wire/messages/write-tokens.ts'
import { fail } from './fail.ts'
import { readBody } from './read-body.ts'
import { sendAnswer, tellLife, unlessGone } from './send-answer.ts'
import type { HttpParts } from './server.ts'

/** `POST /v1/messages` and `POST /v1/messages/count_tokens`, with failures as Anthropic's clients read them. */
export function addMessages(app: FastifyInstance, parts: HttpParts): void {
  void app.register((group, _options, done) => {
    group.setErrorHandler((error: FastifyError, request, reply) =>
      fail(parts, nameTo(request, reply), request.id, error, writeFailure),
    )
    for (const prefix of ['', '/v1']) {
      group.post(`${prefix}/messages`, messages(parts))
      group.post(`${prefix}/messages/count_tokens`, countTokens(parts))
    }
    done()
  })
}

function messages(parts: HttpParts) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const chat = readBody(parts, request, readRequest)
    const head = messageHead(parts.newId(), chat.model.id)
    return sendAnswer(parts, request, nameTo(request, reply), chat, {
      whole: () => answerWriter(head),
      stream: () => streamWriter(head),
    })
  }
}

function countTokens(parts: HttpParts) {
  return (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const chat = readBody(parts, request, readRequest)
    return unlessGone(tellLife(parts, nameTo(request, reply), chat.model), async (gone) => {
      const { count } = await parts.count(request.caller, chat, gone)
      return writeTokens(count)
    })
  }
}

/** Anthropic's clients look for the trace id under this name. */
function nameTo({ id }: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.header('request-id', id)
}

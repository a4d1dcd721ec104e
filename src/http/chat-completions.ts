import type { FastifyReply, FastifyRequest } from 'fastify'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { ChatEvent } from '../chat/event.ts'
import { toFailure } from '../chat/failure.ts'
import { readRequest } from '../wire/chat-completions/read-request.ts'
import { answerWriter } from '../wire/chat-completions/write-answer.ts'
import { type AnswerHead, streamWriter } from '../wire/chat-completions/write-stream.ts'
import { limitHeaders } from '../wire/limit-headers.ts'
import type { HttpParts } from './server.ts'

/** A reader who takes nothing for this long is taken for gone. */
const stalledAfter = 120_000

/** `POST /v1/chat/completions`: reads the request, then hands the answer's events to one of the two writers. */
export function chatCompletions(parts: HttpParts) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const userAgent = request.headers['user-agent'] ?? ''
    const chat = readRequest(body, parts.find, { compat: parts.compat, userAgent })
    if (chat.model.standIn !== '') void reply.header('x-silica-stand-in', chat.model.standIn)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const head: AnswerHead = {
      id: parts.newId(),
      created: Math.floor(parts.clock() / 1000),
      model: chat.model.id,
    }
    try {
      const { events, standings } = await parts.complete(request.caller, chat, request.arrival, gone.signal)
      void reply.headers(limitHeaders(standings))
      if (chat.reply.kind === 'stream') {
        reply.hijack()
        for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '')
        await sendStream(parts, reply.raw, events, streamWriter(head, chat), request.id, gone.signal)
        return
      }
      const writer = answerWriter(head, chat)
      for await (const event of events) writer.write(event)
      return await reply.type('application/json; charset=utf-8').send(writer.end())
    } catch (error) {
      if (!gone.signal.aborted) throw error
      reply.hijack()
    }
  }
}

/** Writes what one turn of the event loop brings as one piece, waits while the reader is slow, ends with the answer. */
async function sendStream(
  parts: HttpParts,
  raw: ServerResponse,
  events: AsyncIterable<ChatEvent>,
  writer: ReturnType<typeof streamWriter>,
  traceId: string,
  gone: AbortSignal,
): Promise<void> {
  let held = ''
  const flush = () => {
    if (held !== '' && !raw.destroyed) raw.write(held)
    held = ''
  }
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  try {
    for await (const event of events) {
      if (held === '') setImmediate(flush)
      held += writer.write(event)
      if (raw.writableNeedDrain)
        await once(raw, 'drain', { signal: AbortSignal.any([gone, AbortSignal.timeout(stalledAfter)]) })
    }
    held += writer.end()
  } catch (error) {
    if (gone.aborted || raw.writableNeedDrain) {
      raw.destroy()
      return
    }
    const failure = toFailure(error)
    parts.failed(traceId, failure)
    held += writer.fail(failure)
  }
  flush()
  raw.end()
}

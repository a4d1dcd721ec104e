import type { FastifyReply, FastifyRequest } from 'fastify'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Batch } from '../chat/event.ts'
import { toFailure } from '../chat/failure.ts'
import type { Model } from '../chat/model.ts'
import type { ChatRequest } from '../chat/request.ts'
import { lifeHeaders } from '../wire/life-headers.ts'
import { limitHeaders } from '../wire/limit-headers.ts'
import type { AnswerWriter, StreamWriter } from '../wire/writers.ts'
import { bodyOf } from './read-request.ts'
import type { HttpParts } from './server.ts'

/** A reader who takes nothing for this long is taken for gone. */
const stalledAfter = 120_000
/** How often a stream says that it lives, where its API has a word for that. */
const pingEvery = 15_000

/** The two ways to write one answer; only one of them is used. */
export interface Writers {
  readonly whole: () => AnswerWriter
  readonly stream: () => StreamWriter
}

/** Has the request answered, and hands the events to the writer that it asks for. */
export async function sendAnswer(
  parts: HttpParts,
  request: FastifyRequest,
  reply: FastifyReply,
  chat: ChatRequest,
  writers: Writers,
): Promise<FastifyReply | void> {
  if (chat.model.standIn !== '') void reply.header('x-silica-stand-in', chat.model.standIn)
  void tellLife(parts, reply, chat.model)
  const gone = whenGone(reply)
  const arrival = { ...request.arrival, body: bodyOf(request) }
  try {
    const { batches, standings } = await parts.complete(request.caller, chat, arrival, gone)
    void reply.headers(limitHeaders(standings))
    if (chat.reply.kind === 'stream') {
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '')
      await sendStream(parts, reply.raw, batches, writers.stream(), request.id, gone)
      return
    }
    const writer = writers.whole()
    for await (const batch of batches) for (const event of batch) writer.write(event)
    return await sendJson(reply, writer.end())
  } catch (error) {
    if (!gone.aborted) throw error
    reply.hijack()
  }
}

/** An answer of a deprecated model says so in its headers. */
export function tellLife(
  { lifeOf }: Pick<HttpParts, 'lifeOf'>,
  reply: FastifyReply,
  { id }: Model,
): FastifyReply {
  return reply.headers(lifeHeaders(id, lifeOf(id)))
}

/** Sends the JSON that `answer` gives, or nothing to a caller who has left. */
export async function unlessGone(
  reply: FastifyReply,
  answer: (gone: AbortSignal) => Promise<string>,
): Promise<FastifyReply | void> {
  const gone = whenGone(reply)
  try {
    return await sendJson(reply, await answer(gone))
  } catch (error) {
    if (!gone.aborted) throw error
    reply.hijack()
  }
}

export function sendJson(reply: FastifyReply, body: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(body)
}

/** Made once: every answer ends with it, also a whole one, and a stack costs more than to write a token. */
const left = new Error('The caller has left.')

/** Aborts when the caller leaves. */
function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(left))
  return gone.signal
}

/** Writes what one turn of the event loop brings as one piece, waits while the reader is slow, ends with the answer. */
async function sendStream(
  parts: HttpParts,
  raw: ServerResponse,
  batches: AsyncIterable<Batch>,
  writer: StreamWriter,
  traceId: string,
  gone: AbortSignal,
): Promise<void> {
  let held = ''
  const flush = () => {
    if (held !== '' && !raw.destroyed) raw.write(held)
    held = ''
  }
  let stopPings = (): void => {}
  const pingLater = () => {
    stopPings = parts.after(pingEvery, () => {
      if (!raw.writableNeedDrain) held += writer.ping
      flush()
      pingLater()
    })
  }
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  if (writer.ping !== '') pingLater()
  try {
    for await (const batch of batches) {
      if (held === '') setImmediate(flush)
      for (const event of batch) held += writer.write(event)
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
  } finally {
    stopPings()
  }
  flush()
  raw.end()
}

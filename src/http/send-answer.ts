import type { FastifyReply, FastifyRequest } from 'fastify'
import { once } from 'node:events'
import type { OutgoingHttpHeaders } from 'node:http'
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
  const arrival = { ...request.arrival, body: bodyOf(request) }
  return whileHere(reply, async (gone) => {
    const { batches, standings } = await parts.complete(request.caller, chat, arrival, gone)
    void reply.headers(limitHeaders(standings))
    if (chat.reply.kind === 'stream') {
      await sendStream(parts, reply.hijack(), batches, writers.stream(), request.id, gone)
      return
    }
    const writer = writers.whole()
    for await (const batch of batches) for (const event of batch) writer.write(event)
    return sendJson(reply, writer.end())
  })
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
export function unlessGone(
  reply: FastifyReply,
  answer: (gone: AbortSignal) => Promise<string>,
): Promise<FastifyReply | void> {
  return whileHere(reply, async (gone) => sendJson(reply, await answer(gone)))
}

export function sendJson(reply: FastifyReply, body: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(body)
}

/** Made once: a stack costs more than to write a token. */
const left = new Error('The caller has left.')

/** Has the caller answered, with a signal that aborts when they leave before the end. What is thrown then, is nobody's. */
async function whileHere(
  reply: FastifyReply,
  answer: (gone: AbortSignal) => Promise<FastifyReply | void>,
): Promise<FastifyReply | void> {
  const leaving = new AbortController()
  const leave = () => leaving.abort(left)
  reply.raw.on('close', leave)
  try {
    return await answer(leaving.signal)
  } catch (error) {
    if (!leaving.signal.aborted) throw error
    reply.hijack()
  } finally {
    reply.raw.off('close', leave)
  }
}

/**
 * Writes each batch as one piece, waits while the reader is slow, ends with the answer. What is written in one turn of the
 * event loop, Node sends as one.
 */
async function sendStream(
  parts: HttpParts,
  reply: FastifyReply,
  batches: AsyncIterable<Batch>,
  writer: StreamWriter,
  traceId: string,
  gone: AbortSignal,
): Promise<void> {
  const { raw } = reply
  let isChunked = false
  const write = (text: string) => {
    if (text !== '' && !raw.destroyed) raw.write(isChunked ? chunkOf(text) : text)
  }
  let stopPings = (): void => {}
  const pingLater = () => {
    stopPings = parts.after(pingEvery, () => {
      if (!raw.writableNeedDrain) write(writer.ping)
      pingLater()
    })
  }
  void reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const headers: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) headers[name] = value
  raw.writeHead(200, headers)
  // Node would hand each chunk to the socket in four pieces, and the system takes longer for those than for one.
  isChunked = raw.chunkedEncoding
  raw.chunkedEncoding = false
  if (writer.ping !== '') pingLater()
  let last = ''
  try {
    for await (const batch of batches) {
      let text = ''
      for (const event of batch) text += writer.write(event)
      write(text)
      if (raw.writableNeedDrain)
        await once(raw, 'drain', { signal: AbortSignal.any([gone, AbortSignal.timeout(stalledAfter)]) })
    }
    last = writer.end()
  } catch (error) {
    if (gone.aborted || raw.writableNeedDrain) {
      raw.destroy()
      return
    }
    const failure = toFailure(error)
    parts.failed(traceId, failure)
    last = writer.fail(failure)
  } finally {
    stopPings()
  }
  raw.end(isChunked ? chunkOf(last) + '0\r\n\r\n' : last)
}

/** A chunk of HTTP/1.1. An empty one would be the last. */
function chunkOf(text: string): string {
  return text === '' ? '' : `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

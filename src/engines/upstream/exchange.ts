import { posix } from 'node:path'
import { Pool } from 'undici'
import { Failure } from '../../chat/failure.ts'
import type { JsonObject } from '../../chat/json.ts'
import { sseSplitter } from '../../read-sse.ts'
import { type Chunk, readChunk } from './read-chunk.ts'
import { readFailure } from './read-failure.ts'
import { fieldsOf, parseJson } from './read-json.ts'
import { type BodyReader, type Exchange, type Head, send } from './send.ts'

export interface ServerAddress {
  /** What stands before `/chat/completions`, such as `http://host:8000/v1`. */
  readonly url: string
  /** Sent as a bearer token; empty for none. */
  readonly key: string
  /** Whether a connection may be used for more than one request. */
  readonly keepsConnections: boolean
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** `path` starts from the server's address. */
export interface WrittenRequest {
  readonly path: string
  readonly body: JsonObject
}

/** Takes what came together. `enough`: the rest is not wanted. A promise: nothing more is wanted until it resolves. */
export type Take = (
  chunks: readonly Chunk[],
  came: 'whole' | 'streamed',
) => Promise<void> | 'enough' | undefined

/** Connections to one server, kept open from one request to the next where it can be. */
export interface Connections {
  /**
   * Sends a request and has `take` take what comes of it: events of a stream, or a whole answer as one. Resolves where
   * the server says that the answer is over, or where the taker has enough. Leaves at once, and so does the server, when
   * the signal aborts.
   * Throws the server's refusal as a `Failure`, `engine-lost` where it cannot be reached or understood, and what `take`
   * throws. `context`: headers that say in whose name it is asked.
   */
  ask(
    order: WrittenRequest,
    signal: AbortSignal,
    context: Readonly<Record<string, string>>,
    take: Take,
  ): Promise<void>
  /** Reads a small JSON document at a path, which starts from the address: `models`, `../health`. Throws as `ask` does. */
  get(path: string, signal: AbortSignal): Promise<unknown>
  /** The same, of what the server answers to a small question. */
  post(path: string, body: JsonObject, signal: AbortSignal): Promise<unknown>
  /** Sends a request for the vectors of texts, and gives all that is answered. Throws as `ask` does. */
  embed(body: JsonObject, signal: AbortSignal, context: Readonly<Record<string, string>>): Promise<unknown>
  /** Resolves where the server answers at a path, whatever it thinks of it. Throws `engine-lost` where it is out of order. */
  ping(path: string, signal: AbortSignal): Promise<void>
  /** Cuts what is running. */
  close(): Promise<void>
}

/** The last resort of connections that nobody watches. Pools know each model's own patience, which is shorter. */
const longestSilence = 900_000

export function openConnections({ url, key, keepsConnections, clock }: ServerAddress): Connections {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/+$/, '') || '/'
  const pool = new Pool(origin, {
    connectTimeout: 5000,
    headersTimeout: longestSilence,
    bodyTimeout: longestSilence,
    pipelining: keepsConnections ? 1 : 0,
  })
  const headers = {
    'user-agent': 'silica',
    'accept-encoding': 'identity',
    ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
  }

  /** Throws the server's refusal. */
  async function ask(
    { path, body }: WrittenRequest,
    signal: AbortSignal,
    context: Readonly<Record<string, string>>,
    take: Take,
  ): Promise<void> {
    const accept = body['stream'] === true ? 'text/event-stream' : 'application/json'
    const request = asJson(path, body, { ...context, ...headers, accept })
    try {
      const reader = await send(pool, request, signal, (head, exchange) =>
        head.status === 200 && head.header('content-type').startsWith('text/event-stream')
          ? eventReader(exchange, (events) => takeEvents(events, (chunks) => take(chunks, 'streamed')))
          : textReader(head, exchange, longestDocument),
      )
      if (reader.head === null) return
      // Some servers have status 200 for everything.
      if (reader.head.status !== 200 || body['stream'] === true) throw refusal(reader)
      void takeEvents([reader.text()], (chunks) => take(chunks, 'whole'))
    } catch (error) {
      throw error instanceof Failure ? error : lost(error)
    }
  }

  /** All of them, or those before one that is none, which is then thrown. */
  function takeEvents(
    events: readonly string[],
    take: (chunks: readonly Chunk[]) => ReturnType<Take>,
  ): ReturnType<Take> {
    const chunks: Chunk[] = []
    try {
      for (const data of events) chunks.push(readEvent(data))
    } catch (error) {
      if (chunks.length > 0) void take(chunks)
      throw error
    }
    return chunks.length > 0 ? take(chunks) : undefined
  }

  async function document(
    request: Parameters<typeof send>[1],
    signal: AbortSignal,
    longest = longestDocument,
  ): Promise<unknown> {
    try {
      const reader = await send(pool, request, signal, (head, exchange) =>
        textReader(head, exchange, longest),
      )
      if (reader.head.status !== 200) throw refusal(reader)
      return parseJson(reader.text())
    } catch (error) {
      throw error instanceof Failure ? error : lost(error)
    }
  }

  function refusal({ head: { status, header }, text }: TextReader): Failure {
    return readFailure({ status, body: text(), retryAfter: header('retry-after'), now: clock() })
  }

  function asJson(path: string, body: JsonObject, heads: Readonly<Record<string, string>>) {
    return {
      method: 'POST',
      path: posix.join(base, path),
      headers: { ...heads, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    } as const
  }

  function asked(path: string) {
    return { method: 'GET', path: posix.join(base, path), headers } as const
  }

  function readEvent(data: string): Chunk {
    const value = parseJson(data)
    if (value === undefined) throw lost(`no JSON in the stream: ${data.slice(0, 200)}`)
    const { error, code } = fieldsOf(value)
    const failed = error ?? code
    if (failed === undefined || failed === null) return readChunk(value)
    throw readFailure({ status: 200, body: data, retryAfter: '', now: clock() })
  }

  return {
    ask,
    get: (path, signal) => document(asked(path), signal),
    post: (path, body, signal) => document(asJson(path, body, headers), signal),
    embed: (body, signal, context) =>
      document(asJson('/embeddings', body, { ...context, ...headers }), signal, longestVectors),
    async ping(path, signal) {
      try {
        const { head } = await send(pool, asked(path), signal, (head, exchange) =>
          textReader(head, exchange, longestDocument),
        )
        if (head.status >= 500) throw lost(`status ${head.status}`)
      } catch (error) {
        throw error instanceof Failure ? error : lost(error)
      }
    },
    close: () => pool.destroy(),
  }
}

function lost(cause: unknown): Failure {
  return new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.', {
    cause,
  })
}

/** Room for the ids of a million tokens. */
const longestDocument = 8_000_000
/** Room for some thousand vectors as decimal numbers. */
const longestVectors = 400_000_000

interface EventReader extends BodyReader {
  readonly head: null
}

interface TextReader extends BodyReader {
  readonly head: Head
  /** So far. */
  readonly text: () => string
}

/** Reads a document, or the start of one that is far too long. */
function textReader(head: Head, exchange: Exchange, longest: number): TextReader {
  const decoder = new TextDecoder()
  let text = ''
  return {
    head,
    text: () => text,
    take(bytes) {
      text += decoder.decode(bytes, { stream: true })
      if (text.length > longest) exchange.leave()
    },
  }
}

/** Reads events up to the one by which a server says that its answer is over. */
function eventReader(
  exchange: Exchange,
  takeEvents: (events: readonly string[]) => ReturnType<Take>,
): EventReader {
  const split = sseSplitter()
  const decoder = new TextDecoder()
  return {
    head: null,
    take(bytes) {
      const events = split(decoder.decode(bytes, { stream: true }))
      const end = events.indexOf('[DONE]')
      const full = takeEvents(end === -1 ? events : events.slice(0, end))
      if (full === 'enough') exchange.leave()
      else if (end !== -1) exchange.over()
      else if (full !== undefined) {
        exchange.hold()
        void full.then(() => exchange.go())
      }
    },
  }
}

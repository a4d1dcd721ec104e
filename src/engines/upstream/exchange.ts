import { posix } from 'node:path'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { type Dispatcher, Pool } from 'undici'
import { Failure } from '../../chat/failure.ts'
import type { JsonObject } from '../../chat/json.ts'
import { sseSplitter } from '../../read-sse.ts'
import { type Chunk, readChunk } from './read-chunk.ts'
import { readFailure } from './read-failure.ts'
import { fieldOf, parseJson } from './read-json.ts'

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

type TakeChunks = (chunks: readonly Chunk[]) => ReturnType<Take>

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

  async function send(options: Omit<Dispatcher.RequestOptions, 'origin'>) {
    const { statusCode: status, headers: heads, body } = await pool.request(options)
    const head = (name: string) => String(heads[name] ?? '')
    const bytes = unpacked(body, head('content-encoding'))
    const refused = async () =>
      readFailure({
        status,
        body: await readStart(bytes),
        retryAfter: head('retry-after'),
        now: clock(),
      })
    if (status !== 200) throw await refused()
    return { type: head('content-type'), bytes, refused }
  }

  async function ask(
    { path, body }: WrittenRequest,
    signal: AbortSignal,
    context: Readonly<Record<string, string>>,
    take: Take,
  ): Promise<void> {
    const accept = body['stream'] === true ? 'text/event-stream' : 'application/json'
    try {
      const { type, bytes, refused } = await send({
        method: 'POST',
        path: posix.join(base, path),
        headers: { ...context, ...headers, accept, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      })
      if (type.startsWith('text/event-stream')) await readStream(bytes, (chunks) => take(chunks, 'streamed'))
      else if (body['stream'] === false)
        void takeEvents([await readStart(bytes)], (chunks) => take(chunks, 'whole'))
      // Some servers have status 200 for everything.
      else throw await refused()
    } catch (error) {
      throw error instanceof Failure ? error : lost(error)
    }
  }

  /** Reads to the end that the server tells, or to that of the body. */
  function readStream(bytes: Readable, take: TakeChunks): Promise<void> {
    const split = sseSplitter()
    const decoder = new TextDecoder()
    let parts: Buffer[] = []
    let over = false
    return new Promise((resolve, reject) => {
      const leave = () => {
        over = true
        bytes.destroy()
      }
      /** What one read from the socket has brought comes in parts, which are taken together. */
      const read = (): void => {
        if (over || parts.length === 0) return
        const text = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts), { stream: true })
        parts = []
        const events = split(text)
        const end = events.indexOf('[DONE]')
        try {
          const full = takeEvents(end === -1 ? events : events.slice(0, end), take)
          if (full === 'enough') leave()
          // What is left of an answer that is over is read, so that its connection can be used again.
          else if (end !== -1) over = true
          else if (full !== undefined) {
            bytes.pause()
            void full.then(() => bytes.resume())
          }
          if (over) resolve()
        } catch (error) {
          leave()
          reject(error)
        }
      }
      bytes.on('data', (part: Buffer) => {
        if (over) return
        parts.push(part)
        if (parts.length === 1) queueMicrotask(read)
      })
      bytes.once('end', () => {
        read()
        resolve()
      })
      bytes.on('error', (error) => {
        read()
        over = true
        reject(error)
      })
    })
  }

  /** All of them, or those before one that is none, which is then thrown. */
  function takeEvents(events: readonly string[], take: TakeChunks): ReturnType<Take> {
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
    options: Omit<Dispatcher.RequestOptions, 'origin'>,
    longest = longestDocument,
  ): Promise<unknown> {
    try {
      const { bytes } = await send(options)
      return parseJson(await readStart(bytes, longest))
    } catch (error) {
      throw error instanceof Failure ? error : lost(error)
    }
  }

  function readEvent(data: string): Chunk {
    const value = parseJson(data)
    if (value === undefined) throw lost(`no JSON in the stream: ${data.slice(0, 200)}`)
    const failed = fieldOf(value, 'error') ?? fieldOf(value, 'code')
    if (failed === undefined || failed === null) return readChunk(value)
    throw readFailure({ status: 200, body: data, retryAfter: '', now: clock() })
  }

  return {
    ask,
    get: (path, signal) => document({ method: 'GET', path: posix.join(base, path), headers, signal }),
    post: (path, body, signal) =>
      document({
        method: 'POST',
        path: posix.join(base, path),
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      }),
    embed: (body, signal, context) =>
      document(
        {
          method: 'POST',
          path: posix.join(base, '/embeddings'),
          headers: { ...context, ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal,
        },
        longestVectors,
      ),
    async ping(path, signal) {
      try {
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: posix.join(base, path),
          headers,
          signal,
        })
        await body.dump()
        if (statusCode >= 500) throw lost(`status ${statusCode}`)
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

/** Asked for none, some servers pack all the same. */
const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createInflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
}

function unpacked(body: Readable, encoding: string): Readable {
  const unpack = unpackers[encoding.toLowerCase()]
  // An error of one end becomes an error of the other, where it is read.
  return unpack === undefined ? body : pipeline(body, unpack(), () => {})
}

/** Room for the ids of a million tokens. */
const longestDocument = 8_000_000
/** Room for some thousand vectors as decimal numbers. */
const longestVectors = 400_000_000

/** The text of a document, or the start of one that is far too long. */
async function readStart(bytes: Readable, longest = longestDocument): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of bytes) {
    text += decoder.decode(part, { stream: true })
    if (text.length > longest) break
  }
  return text
}

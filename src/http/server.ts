import { fastify, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Socket } from 'node:net'
import type { LedgerState } from '../accounts/ledger/ledger.ts'
import type { EmbeddingRequest } from '../chat/embedding.ts'
import type { EngineState, PromptTokens } from '../chat/engine.ts'
import { Failure } from '../chat/failure.ts'
import type { Arrival, Caller, Gate } from '../chat/gate.ts'
import type { KnownLife } from '../chat/life.ts'
import type { RedisState } from '../chat/limits.ts'
import type { Model } from '../chat/model.ts'
import { readTraceContext } from '../chat/trace-context.ts'
import type { ChatRequest } from '../chat/request.ts'
import type { Answer, EmbeddingsAnswer } from '../complete.ts'
import { writeFailure } from '../wire/failures.ts'
import { writeUserInfo } from '../wire/user-info.ts'
import type { Compat } from '../wire/rules/compat.ts'
import { type AdminParts, addAdminRoutes } from './admin.ts'
import { addAnnouncements } from './announcements.ts'
import { chatCompletions } from './chat-completions.ts'
import { completions } from './completions.ts'
import { addConsole } from './console.ts'
import { embeddings } from './embeddings.ts'
import { bodyLimit, fail } from './fail.ts'
import { addMessages } from './messages.ts'
import { addModels } from './models.ts'
import { addReference } from './reference.ts'
import { sendJson } from './send-answer.ts'
import { addSessionRoutes, identifySender } from './session.ts'
import { tokenize } from './tokenize.ts'

/** What the HTTP room is given. It holds no state of its own but its connections. */
export interface HttpParts {
  readonly identify: Gate['identify']
  /** Who may manage; throws as `identify` does. */
  readonly identifyAdmin: Gate['identify']
  /** Who may read `/metrics`, and what stands there. */
  readonly metricsReaders: 'admin' | 'everybody'
  readonly metrics: () => string
  /** Whether announcements are for those with a key, or for everybody who can reach the server. */
  readonly announcementReaders: 'keys' | 'everybody'
  readonly find: (id: string) => Model | undefined
  readonly lifeOf: (id: string) => KnownLife
  readonly compat: Compat
  readonly models: () => readonly Model[]
  readonly states: () => ReadonlyMap<string, EngineState>
  readonly ledger: () => LedgerState
  readonly redis: () => RedisState
  readonly admin: AdminParts
  /** The folder of the built console. */
  readonly consoleFolder: string
  /** The folder of the guides, as Markdown. */
  readonly guidesFolder: string
  readonly version: string
  readonly complete: (
    caller: Caller,
    request: ChatRequest,
    arrival: Arrival,
    signal: AbortSignal,
  ) => Promise<Answer>
  readonly embed: (
    caller: Caller,
    request: EmbeddingRequest,
    arrival: Arrival,
    signal: AbortSignal,
  ) => Promise<EmbeddingsAnswer>
  /** The tokens of the request's prompt. Throws what the engine throws, and `forbidden`. */
  readonly count: (caller: Caller, request: ChatRequest, signal: AbortSignal) => Promise<PromptTokens>
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void
  /** 32 hexadecimal digits, ordered by time. */
  readonly newId: () => string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Told of every request that ended in a failure, for the operator's log. */
  readonly failed: (traceId: string, failure: Failure) => void
}

export interface Server {
  /** Resolves with the port it listens on; `port` 0 takes any free one. */
  listen(host: string, port: number): Promise<number>
  /** Refuses new requests, waits for the running ones. */
  drain(): Promise<void>
  /** Cuts every connection. */
  close(): Promise<void>
}

/** The header that carries a request's trace id, on every response. */
const traceHeader = 'x-siliconcloud-trace-id'

/** How long a whole request, headers and body, may take to arrive. */
const requestTimeout = 60_000

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    arrival: Arrival
  }
}

export function openServer(parts: HttpParts): Server {
  let draining = false
  const app = fastify({
    bodyLimit,
    requestTimeout,
    genReqId: parts.newId,
    return503OnClosing: false,
    // Longer than the head of a request may be: an id that is nobody's is not found, however long it is.
    routerOptions: { maxParamLength: 65_536 },
    // What is read and written here has its own schemas. Without these, Fastify loads two compilers of its own.
    schemaController: { compilersFactory: { buildValidator: notHere, buildSerializer: notHere } },
    clientErrorHandler: (error, socket) => answerBrokenRequest(parts, error, socket),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.decorateRequest('caller')
  app.decorateRequest('arrival')
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header(traceHeader, request.id)
    request.arrival = arrivalOf(request, parts.clock())
    // A connection that is kept alive would keep the server from closing long after its last answer.
    reply.raw.once('close', () => {
      if (draining) setImmediate(() => app.server.closeIdleConnections())
    })
    if (draining) done(new Failure('overloaded', 'The server is stopping. Please try again later.'))
    else done()
  })
  app.setErrorHandler((error: FastifyError, request, reply) => fail(parts, reply, request.id, error))
  app.setNotFoundHandler((request, reply) =>
    fail(parts, reply, request.id, new Failure('unknown-path', '404 page not found')),
  )
  addRoutes(app, parts)
  return {
    async listen(host, port) {
      await app.listen({ host, port })
      const address = app.server.address()
      return typeof address === 'object' && address !== null ? address.port : port
    },
    async drain() {
      draining = true
      await app.close()
    },
    async close() {
      draining = true
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

function notHere(): never {
  throw new Error('No route has a schema of Fastify.')
}

function addRoutes(app: FastifyInstance, parts: HttpParts): void {
  app.get('/health', (_request, reply) => {
    const states = [...parts.states()]
    const ready = states.every(([, { status }]) => status === 'ready' || status === 'resting')
    const models = states.map(([id, { status, running, waiting }]) => ({ id, status, running, waiting }))
    return reply.status(ready ? 200 : 503).send({
      status: ready ? 'ok' : 'unavailable',
      models,
      records: writeLedgerState(parts.ledger()),
      limits: { redis: parts.redis() },
    })
  })
  app.get('/metrics', async (request, reply) => {
    if (parts.metricsReaders === 'admin') await parts.identifyAdmin(request.headers.authorization ?? '')
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(parts.metrics())
  })
  addConsole(app, parts.consoleFolder)
  addReference(app, parts.guidesFolder, parts.version, parts.models)
  addSessionRoutes(app, parts.admin.sessions)
  addAdminRoutes(app, parts.admin)
  if (parts.announcementReaders === 'everybody') addAnnouncements(app, parts.admin.models.lives, parts.clock)
  void app.register((keyed, _options, done) => {
    // Before the body is read: a caller without a key costs nothing and learns nothing.
    keyed.addHook('onRequest', async (request) => {
      request.caller = await identifySender(request, keyOf(request), parts.identify, parts.admin.sessions)
    })
    const answer = chatCompletions(parts)
    const continuation = completions(parts)
    const vectors = embeddings(parts)
    const tokens = tokenize(parts)
    addMessages(keyed, parts)
    addModels(keyed, parts)
    if (parts.announcementReaders === 'keys') addAnnouncements(keyed, parts.admin.models.lives, parts.clock)
    for (const prefix of ['', '/v1']) {
      keyed.post(`${prefix}/chat/completions`, answer)
      keyed.post(`${prefix}/completions`, continuation)
      keyed.post(`${prefix}/embeddings`, vectors)
      keyed.post(`${prefix}/tokenize`, tokens)
      keyed.get(`${prefix}/user/info`, async ({ caller }, reply) => {
        const account = await parts.admin.directory.findAccount(caller.accountId)
        return sendJson(reply, writeUserInfo(account))
      })
    }
    done()
  })
}

function writeLedgerState({ status, waitingBytes, lost }: LedgerState): object {
  return { status, waiting_bytes: waitingBytes, lost }
}

/** The `Authorization` header, or what it would be for a key under the name that Anthropic's clients give it. */
function keyOf({ headers }: FastifyRequest): string {
  const key = headers['x-api-key']
  return headers.authorization ?? (typeof key === 'string' ? `Bearer ${key}` : '')
}

const noBody = new Uint8Array()

function arrivalOf({ id, headers }: FastifyRequest, receivedAt: number): Arrival {
  const named = headers['x-trace-id']
  const callerTraceId = typeof named === 'string' && /^[\x21-\x7e]{1,128}$/.test(named) ? named : ''
  const context = readTraceContext(headers['traceparent'], headers['tracestate'])
  return { traceId: id, callerTraceId, context, body: noBody, receivedAt }
}

/** Answers what is not HTTP, or does not arrive: there is no request to reply to, only a socket. */
function answerBrokenRequest(parts: HttpParts, error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const failure = timedOut
    ? new Failure('body-timeout', `The request did not arrive within ${requestTimeout / 1000} seconds.`)
    : new Failure('invalid-request', 'The request is not well-formed HTTP.', { cause: error })
  const traceId = parts.newId()
  parts.failed(traceId, failure)
  const { status, contentType, body } = writeFailure(failure)
  socket.end(
    `HTTP/1.1 ${status} ${timedOut ? 'Request Timeout' : 'Bad Request'}\r\n${traceHeader}: ${traceId}\r\n` +
      `content-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

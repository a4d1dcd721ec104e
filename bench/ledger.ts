import { fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { ChatEvent } from '../src/chat/event.ts'
import { noTraceContext } from '../src/chat/trace-context.ts'
import { complete, embed } from '../src/complete.ts'
import { recordedEngine } from '../src/engines/recorded.ts'
import { openServer } from '../src/http/server.ts'
import { onlineLife } from '../src/chat/life.ts'
import { findRow } from '../tests/golden/rows.ts'
import { readCase } from '../tests/golden/replay.ts'
import { haveRedis, startRedis } from '../tests/accounts/redis-server.ts'
import { kinds } from '../tests/storage/fresh-database.ts'
import { type Books, openBooks } from './parts/books.ts'
import type { Loaded } from './parts/load.ts'

// What an account costs: CPU of this whole process, its threads too, for each request's identify, admit, settle and
// ledger row, at 1,000 requests a second, less what the same timer costs without them, each for a second in turn: the median
// of twelve rounds, once 40,000 requests have warmed the code up. Then the real server over a
// recorded engine with everything on, asked by another process: its rows must equal the requests, and their tokens.
// PostgreSQL is measured where SILICA_TEST_POSTGRES is set, Redis where there is a redis-server; their own CPU is not
// counted.
// Usage: npm run bench -- ledger [seconds]

const seconds = Number(process.argv[2] ?? 10)
const rate = 1000
const warmUp = 40_000
const rounds = 12
const request = readCase({ model: 'golden/native', messages: [{ role: 'user', content: 'Hello' }] })
const usage = { promptTokens: 3, cachedTokens: 1, completionTokens: 20, reasoningTokens: 0 }

const server = haveRedis ? await startRedis() : null
const limiters = server === null ? [''] : ['', server.url]
const ways = kinds.flatMap((kind) => limiters.map((redis) => ({ kind, redis })))
const nameOf = ({ kind, redis }: (typeof ways)[number]) =>
  `${kind}, ${redis === '' ? 'memory' : 'Redis'}`.padEnd(18)

for (const way of ways) {
  const books = await openBooks(way.kind, way.redis)
  await cpuOf(() => void pass(books), warmUp / 4000, 4000)
  const costs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const idle = await cpuOf(() => {}, 1)
    costs.push((1000 * ((await cpuOf(() => void pass(books), 1)) - idle)) / rate)
  }
  const { rows } = await books.end()
  if (rows !== warmUp + rounds * rate) throw new Error(`${rows} rows of ${warmUp + rounds * rate} requests`)
  costs.sort((one, other) => one - other)
  const [least = 0, median = 0] = [costs[0], costs[rounds / 2]]
  console.log(`${nameOf(way)} ${median.toFixed(1)} us a request, ${least.toFixed(1)} in the best round`)
}
for (const way of ways) await load(way)
await server?.close()

/** The way of one request past everything that keeps account of it. */
async function pass({ accounts, key, newId }: Books): Promise<void> {
  const caller = await accounts.identify(`Bearer ${key}`)
  const arrival = {
    traceId: newId(),
    callerTraceId: '',
    context: noTraceContext,
    body: new Uint8Array(),
    receivedAt: Date.now(),
  }
  const ticket = await accounts.admit(caller, request, arrival)
  ticket.began()
  ticket.settle({ kind: 'finished', reasons: ['stop'] }, usage)
}

/** CPU milliseconds of this process while `run` is called `perSecond` times a second, and until what it left is stored. */
async function cpuOf(run: () => void, seconds: number, perSecond = rate): Promise<number> {
  const total = seconds * perSecond
  const before = process.cpuUsage()
  const began = performance.now()
  await new Promise<void>((resolve) => {
    let called = 0
    const timer = setInterval(() => {
      const due = Math.min(total, ((performance.now() - began) / 1000) * perSecond)
      for (; called < due; called++) run()
      if (called < total) return
      clearInterval(timer)
      setTimeout(resolve, 400)
    }, 5)
  })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

async function load(way: (typeof ways)[number]): Promise<void> {
  const books = await openBooks(way.kind, way.redis)
  const { accounts, ledger, newId } = books
  const engine = recordedEngine(recording)
  const journey = { gate: accounts, engineOf: () => engine, newId }
  const lifeOf = () => ({ ...onlineLife, since: null })
  const identifyAdmin = (authorization: string) => accounts.identifyAdmin(authorization)
  const server = openServer({
    identify: (authorization) => accounts.identify(authorization),
    identifyAdmin,
    metricsReaders: 'admin',
    metrics: () => '',
    announcementReaders: 'keys',
    find: findRow,
    lifeOf,
    compat: 'served',
    models: () => [],
    states: () => new Map(),
    ledger: () => ledger.state(),
    redis: () => 'none',
    admin: {
      identify: identifyAdmin,
      sessions: accounts.sessions,
      directory: accounts.directory,
      records: {
        find: () => Promise.resolve(undefined),
        list: () => Promise.resolve({ rows: [], next: null }),
        bodies: () => Promise.resolve(undefined),
        usage: () => Promise.reject(new Error('nobody asks')),
      },
      clock: Date.now,
      models: {
        rows: () => [],
        lives: {
          find: lifeOf,
          change: () => Promise.resolve(lifeOf()),
          announcements: () => Promise.resolve({ page: [], more: false }),
          deliveries: {
            list: () => Promise.resolve({ deliveries: [], next: null }),
            resend: () => Promise.reject(new Error('none')),
          },
          webhooks: [],
        },
      },
      engines: {
        all: () => [],
        drain: () => {
          throw new Error('there is nothing to drain')
        },
        clock: Date.now,
      },
    },
    consoleFolder: '',
    guidesFolder: resolve(import.meta.dirname, '../docs/guides'),
    version: '',
    complete: (...asked) => complete(journey, ...asked),
    embed: (...asked) => embed(journey, ...asked),
    count: () => Promise.resolve({ count: 0, ids: [] }),
    after: () => () => {},
    newId,
    clock: Date.now,
    failed: (_traceId, failure) => console.error(failure),
  })
  const port = await server.listen('127.0.0.1', 0)
  const args = [`http://127.0.0.1:${port}`, books.key, rate, seconds].map(String)
  const before = process.cpuUsage()
  const loader = fork(new URL('parts/load.ts', import.meta.url), args)
  const [loaded]: Loaded[] = await once(loader, 'message')
  const { user, system } = process.cpuUsage(before)
  await server.close()
  const { rows, tokens } = await books.end()
  if (loaded === undefined) throw new Error('the load was not made')
  console.log(
    `${nameOf(way)} ${loaded.whole} of ${rate * seconds} requests whole, ${rows} rows; ` +
      `${loaded.tokens} tokens told, ${tokens} in rows; ` +
      `${((user + system) / rate / seconds).toFixed(0)} us a request in all; ` +
      `median ${loaded.median.toFixed(1)} ms, 99 % below ${loaded.slow.toFixed(1)} ms`,
  )
  if (rows !== loaded.whole || tokens !== loaded.tokens) process.exitCode = 1
}

function* recording(): Generator<ChatEvent> {
  yield { type: 'prompt', choice: 0, tokens: 3, cached: 1 }
  for (let piece = 0; piece < 20; piece++) yield { type: 'text', choice: 0, text: 'word ', tokens: 1 }
  yield { type: 'finish', choice: 0, reason: 'stop' }
}

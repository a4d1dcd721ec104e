import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Accounts, openAccounts } from '../../src/accounts/accounts.ts'
import { openLimits } from '../../src/accounts/limits/limits.ts'
import { memoryLimiter } from '../../src/accounts/limits/memory-limiter.ts'
import { serverSecret } from '../../src/accounts/server-secret.ts'
import type { AnswerRecord } from '../../src/chat/answer-record.ts'
import type { Engine } from '../../src/chat/engine.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import { Failure } from '../../src/chat/failure.ts'
import { noTraceContext } from '../../src/chat/trace-context.ts'
import { complete } from '../../src/complete.ts'
import { recordedEngine } from '../../src/engines/recorded.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { readCase } from '../golden/replay.ts'

const request = readCase({ model: 'golden/native', messages: [{ role: 'user', content: 'Hello' }] })
const caller = { keyId: 'k', accountId: 'a', level: '', keepsBodies: false, models: null }
const limits = [{ metric: 'TPD', most: 1_000_000 }] as const
const limiter = memoryLimiter(() => 0)
const arrival = {
  traceId: 'trace',
  callerTraceId: '',
  context: noTraceContext,
  body: new Uint8Array(),
  receivedAt: 0,
}

/** How an answer of `pieces` pieces ends; `at` counts the events before it. */
const endings = [
  'whole',
  'engine throws',
  'engine stops',
  'server stops',
  'caller aborts',
  'reader returns',
] as const

let database: Database
let accounts: Accounts
let opened: string[] = []
let records: AnswerRecord[] = []
beforeAll(async () => {
  database = await openDatabase(':memory:')
  accounts = await openAccounts({
    database,
    clock: () => 0,
    randomBytes: (count) => new Uint8Array(count),
    secret: serverSecret('secret'),
    apiKeys: [],
    adminKeys: [],
    limits: openLimits({
      limiter,
      levels: new Map([['free', { limits, models: new Map() }]]),
      level: 'free',
      reserve: 'answer',
      decided: () => {},
    }),
    ledger: { open: (admission) => opened.push(admission.traceId), done: () => {} },
    record: (record) => records.push(record),
    bodies: { keep: () => ({ said: () => {}, done: () => {} }) },
    newSpanId: null,
  })
})
afterAll(() => database.close())

function eventsOf(pieces: number): readonly ChatEvent[] {
  const text = { type: 'text', choice: 0, text: 'a', tokens: 1 } as const
  return [
    { type: 'prompt', choice: 0, tokens: 3, cached: 1 },
    ...Array.from({ length: pieces }, () => text),
    { type: 'finish', choice: 0, reason: 'stop' },
  ]
}

/** An engine in which something happens before event number `at`. */
function disturbed(events: readonly ChatEvent[], at: number, happen: (engine: Engine) => void): Engine {
  const engine: Engine = recordedEngine(function* () {
    for (const [index, event] of events.entries()) {
      if (index === at) happen(engine)
      yield event
    }
  })
  return engine
}

async function run(ending: (typeof endings)[number], pieces: number, at: number): Promise<void> {
  const gone = new AbortController()
  const events = ending === 'engine stops' ? eventsOf(pieces).slice(0, at) : eventsOf(pieces)
  const engine = disturbed(events, at, (running) => {
    if (ending === 'engine throws') throw new Failure('engine-lost', 'gone')
    if (ending === 'server stops') void running.close()
    if (ending === 'caller aborts') gone.abort()
  })
  const journey = { gate: accounts, engineOf: () => engine, newId: () => 'id' }
  try {
    const { batches: answer } = await complete(journey, caller, request, arrival, gone.signal)
    const iterator = answer[Symbol.asyncIterator]()
    for (let read = 0; ; read++) {
      if (ending === 'reader returns' && read === at) {
        await iterator.return?.()
        break
      }
      if ((await iterator.next()).done) break
    }
  } catch {
    // How it fails is the contract of other tests; here only that it is settled.
  }
  expect(engine.state().running).toBe(0)
}

const outcomes = {
  whole: 'finished',
  'engine throws': 'failed',
  'engine stops': 'failed',
  'server stops': 'failed',
  'caller aborts': 'abandoned',
  'reader returns': 'abandoned',
} as const

/** The tokens that are taken of the account's limit. */
async function taken(): Promise<number> {
  const { standings } = await limiter.reserve(`a/${request.model.id}`, limits, 0)
  return limits[0].most - (standings[0]?.remaining ?? 0)
}

test('L4: a ticket is settled once under every ending, with the tokens that were read, and the engine is free', async () => {
  let used = await taken()
  const property = fc.asyncProperty(
    fc.constantFrom(...endings),
    fc.integer({ min: 0, max: 6 }),
    fc.nat(),
    async (ending, pieces, where) => {
      const at = where % (pieces + 2)
      records = []
      opened = []
      await run(ending, pieces, at)
      expect(accounts.running()).toBe(0)
      expect(opened).toEqual(['trace'])
      expect(records).toHaveLength(1)
      expect(records[0]).toMatchObject({ traceId: 'trace', outcome: outcomes[ending] })
      expect(records[0]?.completionTokens).toBeLessThanOrEqual(pieces)
      used += (records[0]?.promptTokens ?? 0) + (records[0]?.completionTokens ?? 0)
      expect(await taken()).toBe(used)
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

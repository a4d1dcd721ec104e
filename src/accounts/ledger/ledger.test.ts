import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { anyRequest } from '../../../tests/ledger/any-request.ts'
import type { Admission, AnswerRecord } from '../../chat/answer-record.ts'
import { binOf } from '../../chat/time-bins.ts'
import { type Database, openDatabase } from '../../storage/database.ts'
import { findRequest, listRequests } from '../../storage/requests.ts'
import { Journal } from './journal.ts'
import { type Ledger, type LedgerState, openLedger } from './ledger.ts'
import { runs } from '../../../tests/runs.ts'

let folder = ''
let database: Database
let said: LedgerState['status'][] = []
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silica-ledger-'))
  database = await openDatabase(join(folder, 'silica.db'))
  said = []
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(name: string, over: Database = database, room = 1e9): Ledger {
  const journal = Journal.open(join(folder, 'ledger'), name)
  return openLedger({ database: over, journal, room, changed: ({ status }) => said.push(status) })
}

/** For machines that have much else to do. */
vi.setConfig({ testTimeout: 30_000 })
const patient = { timeout: 10_000 }

let made = 0
function admission(): Admission {
  made += 1
  return {
    traceId: made.toString(16).padStart(32, '0'),
    callerTraceId: '',
    accountId: 'default',
    keyId: 'sk-1',
    model: 'a/b',
    standIn: '',
    thinking: 'off',
    reply: 'stream',
    choices: 1,
    answerLimit: 9,
    receivedAt: 1000,
    admittedAt: 2000,
  }
}

const finished = (of: Admission): AnswerRecord => ({
  ...of,
  engine: 'r1',
  asked: 2,
  attempts: [
    {
      engine: 'r0',
      beganAt: 2100,
      endedAt: 2400,
      outcome: 'engine-lost',
      cause: 'cut',
      answer: 'asked for again',
      spanId: '',
    },
  ],
  startedAt: 2500,
  promptReadAt: 2900,
  decisions: { counts: 'token ids' },
  trace: null,
  firstTokenAt: 3000,
  doneAt: 4000,
  promptTokens: 5,
  cachedTokens: 1,
  completionTokens: 7,
  reasoningTokens: 2,
  outcome: 'finished',
  reasons: ['stop', 'length'],
  failure: null,
  cause: null,
})

const stored = () => listRequests(database, anyRequest, 100_000)
const files = () => readdirSync(join(folder, 'ledger'), { recursive: true }).map(String)

/** A database that takes no rows while `gone()`. */
function failing(gone: () => boolean): Database {
  const query = new Proxy(database.query, {
    get(target, name) {
      if (name === 'executeQuery' && gone()) throw new Error('The database is gone.')
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...database, query }
}

it('stores one row a request, with all that is known, and leaves no file behind', async () => {
  const ledger = open('a')
  const one = admission()
  ledger.open(one)
  ledger.done(finished(one))
  await ledger.close()
  expect(await stored()).toEqual([
    {
      id: one.traceId,
      caller_trace_id: '',
      account_id: 'default',
      key_id: 'sk-1',
      model: 'a/b',
      stand_in: '',
      thinking: 'off',
      reply: 'stream',
      choices: 1,
      received_at: 1000,
      admitted_at: 2000,
      first_token_at: 3000,
      done_at: 4000,
      prompt_tokens: 5,
      cached_tokens: 1,
      completion_tokens: 7,
      reasoning_tokens: 2,
      outcome: 'finished',
      reasons: 'stop,length',
      failure: null,
      cause: null,
      started_at: 2500,
      prompt_read_at: 2900,
      answer_limit: 9,
      engine: 'r1',
      asked: 2,
      attempts:
        '[{"engine":"r0","began_at":2100,"ended_at":2400,"outcome":"engine-lost","cause":"cut","answer":"asked for again"}]',
      decisions: '{"counts":"token ids"}',
      first_token_bin: binOf(2000),
      token_bin: binOf(1000 / 6),
    },
  ])
  expect(files()).toEqual([])
})

it('has on disk after 50 ms what came in, and what ended', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const ledger = open('a')
    // What it begins with is written.
    await vi.advanceTimersByTimeAsync(50)
    const onDisk = () =>
      files()
        .filter((file) => file.endsWith('.jsonl'))
        .map((file) => readFileSync(join(folder, 'ledger', file), 'utf8'))
        .join('')
    const one = admission()
    ledger.open(one)
    await vi.advanceTimersByTimeAsync(50)
    vi.useRealTimers()
    await expect.poll(onDisk, patient).toContain(one.traceId)
    expect(onDisk()).not.toContain('outcome')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    ledger.done(finished(one))
    await vi.advanceTimersByTimeAsync(50)
    vi.useRealTimers()
    await expect.poll(onDisk, patient).toContain('"outcome":"finished"')
    await ledger.close()
  } finally {
    vi.useRealTimers()
  }
})

it('stores rows soon, without being closed', async () => {
  const ledger = open('a')
  const one = admission()
  ledger.open(one)
  ledger.done(finished(one))
  await expect.poll(() => findRequest(database, one.traceId), patient).toBeDefined()
  await ledger.close()
})

it('keeps rows in the journal while the database takes none, says so, and stores them when it does', async () => {
  let gone = true
  const ledger = open(
    'a',
    failing(() => gone),
  )
  const asked = Array.from({ length: 2000 }, admission)
  for (const one of asked) ledger.open(one)
  for (const one of asked.slice(0, 1990)) ledger.done(finished(one))
  await expect.poll(() => said, patient).toEqual(['behind'])
  expect(ledger.state()).toMatchObject({ status: 'behind', lost: 0 })
  await expect.poll(() => ledger.state().waitingBytes, patient).toBeGreaterThan(1990 * 300)
  expect(await stored()).toEqual([])
  gone = false
  await expect.poll(async () => (await stored()).length, patient).toBe(1990)
  await expect.poll(() => said, patient).toEqual(['behind', 'ok'])
  for (const one of asked.slice(1990)) ledger.done(finished(one))
  await ledger.close()
  expect((await stored()).length).toBe(2000)
  expect(files()).toEqual([])
})

it('leaves what the database did not take to the next process', async () => {
  const ledger = open(
    'a',
    failing(() => true),
  )
  const asked = Array.from({ length: 10 }, admission)
  for (const one of asked) {
    ledger.open(one)
    ledger.done(finished(one))
  }
  await ledger.close()
  expect(await stored()).toEqual([])
  await open('b').close()
  expect((await stored()).map(({ outcome }) => outcome)).toEqual(Array(10).fill('finished'))
  expect(files()).toEqual([])
})

it('takes nothing from a process that lives, and closes what a dead one had open as abandoned', async () => {
  const one = admission()
  const alive = open('a')
  alive.open(one)
  await expect.poll(() => files().some((file) => file.endsWith('.jsonl')), patient).toBe(true)
  await open('b').close()
  expect(await stored()).toEqual([])
  // As if it had been killed: it lets go without having said what became of the request.
  await alive.close()
  await open('c').close()
  expect(await stored()).toMatchObject([
    { id: one.traceId, outcome: 'abandoned', done_at: 2000, first_token_at: null, completion_tokens: 0 },
  ])
  expect(files()).toEqual([])
})

it('loses the newest rows, and counts them, where there is room for them nowhere', async () => {
  const ledger = open(
    'a',
    failing(() => true),
    0,
  )
  // Each of the first rows is only known to have no room once the database has refused one.
  await expect
    .poll(() => {
      for (const one of Array.from({ length: 4000 }, admission)) {
        ledger.open(one)
        ledger.done(finished(one))
      }
      return said.at(-1)
    }, patient)
    .toBe('losing')
  expect(ledger.state().lost).toBeGreaterThan(0)
  await ledger.close()
})

it('has each request once, whatever fails in between and however processes follow each other', async () => {
  const step = fc.constantFrom('open', 'open', 'done', 'done', 'gone', 'back', 'wait', 'next')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const before = new Set((await stored()).map(({ id }) => id))
      let gone = false
      let process = 0
      let ledger = open(
        `p${process}`,
        failing(() => gone),
      )
      const running: Admission[] = []
      const ended: string[] = []
      const left: string[] = []
      for (const what of steps) {
        if (what === 'open') {
          const one = admission()
          running.push(one)
          ledger.open(one)
        }
        if (what === 'done') {
          const one = running.shift()
          if (one === undefined) continue
          ledger.done(finished(one))
          ended.push(one.traceId)
        }
        if (what === 'gone' || what === 'back') gone = what === 'gone'
        if (what === 'wait') await new Promise((resolve) => setTimeout(resolve, 60))
        if (what === 'next') {
          await ledger.close()
          left.push(...running.splice(0).map(({ traceId }) => traceId))
          process += 1
          ledger = open(
            `p${process}`,
            failing(() => gone),
          )
        }
      }
      gone = false
      for (const one of running) ledger.done(finished(one))
      ended.push(...running.map(({ traceId }) => traceId))
      await ledger.close()
      await open('last').close()
      const rows = (await stored()).filter(({ id }) => !before.has(id))
      const of = (outcome: string) => rows.filter((row) => row.outcome === outcome).map(({ id }) => id)
      expect(of('finished').toSorted()).toEqual(ended.toSorted())
      expect(of('abandoned').toSorted()).toEqual(left.toSorted())
      expect(files()).toEqual([])
    }),
    { numRuns: runs(40) },
  )
}, 60_000)

it('stores rows from memory where the disk takes no journal, and says that it is not well', async () => {
  const ledger = open('a', database, -1)
  const one = admission()
  ledger.open(one)
  ledger.done(finished(one))
  await expect.poll(() => findRequest(database, one.traceId), patient).toBeDefined()
  expect(ledger.state().status).toBe('behind')
  await ledger.close()
})

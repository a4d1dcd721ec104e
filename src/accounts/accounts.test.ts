import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../chat/failure.ts'
import type { Outcome } from '../chat/gate.ts'
import type { ChatRequest } from '../chat/request.ts'
import { noUsage } from '../chat/usage.ts'
import { type Database, openDatabase } from '../storage/database.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import type { AnswerRecord } from './answer-record.ts'

let database: Database
let now = 0
let seed = 0
let records: AnswerRecord[] = []

/** Distinct bytes each time, as randomness would give. */
const randomBytes = (count: number) =>
  Uint8Array.from({ length: count }, () => (seed = (seed * 75 + 74) % 65_537) % 256)

function open(extraKeys: readonly string[] = []): Accounts {
  return openAccounts({
    database,
    clock: () => now,
    randomBytes,
    extraKeys,
    record: (line) => records.push(line),
  })
}

beforeEach(async () => {
  database = await openDatabase(':memory:')
  now = 1_000_000
  seed = 1
  records = []
})
afterEach(() => database.close())

const unknown = expect.objectContaining({ kind: 'unknown-key', message: 'Api key is invalid' })
const malformed = expect.objectContaining({ kind: 'malformed-key', message: 'Invalid token' })

describe('identify', () => {
  it('knows who holds a key by its id, whatever the case of the scheme', async () => {
    const accounts = open()
    const { id, secret } = await accounts.createKey('laptop')
    expect(await accounts.identify(`Bearer ${secret}`)).toEqual({ keyId: id })
    expect(await accounts.identify(`bearer ${secret}`)).toEqual({ keyId: id })
  })

  it.each([
    ['nothing', ''],
    ['no scheme', 'sk-abc'],
    ['another scheme', 'Basic sk-abc'],
    ['no token', 'Bearer '],
    ['two schemes', 'Bearer Bearer sk-abc'],
    ['two spaces', 'Bearer  sk-abc'],
    ['a space after the token', 'Bearer sk-abc '],
    ['a token longer than 512 characters', `Bearer ${'x'.repeat(513)}`],
    ['a control character', 'Bearer sk-\u0000abc'],
    ['a line break after the token', 'Bearer sk-abc\n'],
    ['letters beyond ASCII', 'Bearer sk-ä'],
  ])('refuses %s as malformed', async (_what, header) => {
    await expect(open().identify(header)).rejects.toEqual(malformed)
  })

  it('refuses a key that nobody holds, also one that differs in its last character', async () => {
    const accounts = open()
    const { secret } = await accounts.createKey('laptop')
    await expect(accounts.identify(`Bearer ${secret.slice(0, -1)}~`)).rejects.toEqual(unknown)
    await expect(accounts.identify(`Bearer ${secret}x`)).rejects.toEqual(unknown)
    await expect(accounts.identify(`Bearer ${'x'.repeat(512)}`)).rejects.toEqual(unknown)
  })

  it('throws nothing but its two failures, whatever comes', async () => {
    const accounts = open(['secret'])
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.string().map((token) => `Bearer ${token}`),
        ),
        async (header) => {
          const came: unknown = await accounts.identify(header).catch((error: unknown) => error)
          if (header.toLowerCase() === 'bearer secret') return
          expect(came).toBeInstanceOf(Failure)
          expect(came).toHaveProperty('kind', expect.stringMatching(/^(malformed|unknown)-key$/))
        },
      ),
    )
  })

  it('takes the extra keys, which are stored nowhere', async () => {
    const accounts = open(['from-the-environment'])
    expect(await accounts.identify('Bearer from-the-environment')).toEqual({ keyId: 'given-1' })
    expect(await accounts.listKeys()).toEqual([])
    await expect(open().identify('Bearer from-the-environment')).rejects.toEqual(unknown)
  })

  it('refuses a revoked key at once where it was revoked', async () => {
    const accounts = open()
    const { id, secret } = await accounts.createKey('laptop')
    await accounts.identify(`Bearer ${secret}`)
    expect(await accounts.revokeKey(id)).toBe(true)
    await expect(accounts.identify(`Bearer ${secret}`)).rejects.toEqual(unknown)
  })

  it('refuses a key that another process revoked after one second, and not before it has to ask', async () => {
    const [here, elsewhere] = [open(), open()]
    const { id, secret } = await here.createKey('laptop')
    await here.identify(`Bearer ${secret}`)
    await elsewhere.revokeKey(id)
    now += 999
    expect(await here.identify(`Bearer ${secret}`)).toEqual({ keyId: id })
    now += 1
    await expect(here.identify(`Bearer ${secret}`)).rejects.toEqual(unknown)
  })

  it('knows a key that another process made at once, also after it was refused', async () => {
    const [here, elsewhere] = [open(), open()]
    const { id, secret } = await elsewhere.createKey('laptop')
    expect(await here.identify(`Bearer ${secret}`)).toEqual({ keyId: id })
  })
})

describe('a key', () => {
  it('is sk- and 48 characters that are safe in a URL, no two alike, and its id tells only the first 8', async () => {
    const accounts = open()
    const [one, two] = [await accounts.createKey('one'), await accounts.createKey('two')]
    expect(one.secret).toMatch(/^sk-[A-Za-z0-9_-]{48}$/)
    expect(one.secret).not.toBe(two.secret)
    expect(one.id).toBe(one.secret.slice(0, 11))
  })

  it('is listed without its secret and without its hash', async () => {
    const accounts = open()
    const { id, secret } = await accounts.createKey('laptop')
    const listed = await accounts.listKeys()
    expect(listed).toEqual([{ id, name: 'laptop', createdAt: now, disabledAt: null }])
    expect(JSON.stringify(listed)).not.toContain(secret.slice(11))
  })

  it('can be revoked once, and stays listed', async () => {
    const accounts = open()
    const { id } = await accounts.createKey('laptop')
    expect(await accounts.revokeKey('sk-nobody')).toBe(false)
    expect(await accounts.revokeKey(id)).toBe(true)
    now += 5
    expect(await accounts.revokeKey(id)).toBe(false)
    expect(await accounts.listKeys()).toEqual([
      { id, name: 'laptop', createdAt: now - 5, disabledAt: now - 5 },
    ])
  })
})

describe('a ticket', () => {
  const request = (): ChatRequest => ({
    model: {
      id: 'test/model',
      contextLength: 100,
      answerLimit: { byDefault: 10, max: 100 },
      thinking: { kind: 'never' },
      effort: { kind: 'none' },
      calls: 'never',
      media: [],
      json: false,
      minP: true,
      sampling,
      dialect: { thinking: 'native', calls: 'native', wrappers: [], infill: null },
      switches: { thinking: [], effort: [] },
      standIn: '',
    },
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'what nobody else may read' }] }],
    sampling,
    stop: [],
    thinking: { mode: 'off' },
    answerLimit: 10,
    leastRoom: 1,
    tools: { mode: 'none' },
    output: { kind: 'text' },
    choices: 2,
    begun: { reasoning: '', text: '', calls: [] },
    suffix: '',
    reply: { kind: 'stream', usageChunk: false },
  })
  const sampling = {
    temperature: 1,
    topP: 1,
    topK: 0,
    minP: 0,
    frequencyPenalty: 0,
    presencePenalty: 0,
    seed: null,
  }
  const usage = { promptTokens: 5, cachedTokens: 1, completionTokens: 7, reasoningTokens: 2 }

  it.each<[string, Outcome, Partial<AnswerRecord>]>([
    [
      'finished',
      { kind: 'finished', reasons: ['stop', 'length'] },
      { outcome: 'finished', reasons: ['stop', 'length'], failure: null, cause: null },
    ],
    [
      'failed',
      { kind: 'failed', failure: new Failure('engine-lost', 'gone', { cause: 'signal 11' }) },
      { outcome: 'failed', reasons: [], failure: 'engine-lost', cause: "'signal 11'" },
    ],
    [
      'failed without a cause',
      { kind: 'failed', failure: new Failure('overloaded', 'full') },
      { outcome: 'failed', reasons: [], failure: 'overloaded', cause: null },
    ],
    ['abandoned', { kind: 'abandoned' }, { outcome: 'abandoned', reasons: [], failure: null, cause: null }],
  ])('of an answer that %s is recorded as one flat line', (_how, outcome, told) => {
    const accounts = open()
    const ticket = accounts.admit({ keyId: 'sk-1' }, request(), 'trace')
    now += 1234
    ticket.settle(outcome, usage)
    const same = {
      traceId: 'trace',
      keyId: 'sk-1',
      model: 'test/model',
      standIn: '',
      thinking: 'off',
      reply: 'stream',
      choices: 2,
      ms: 1234,
    }
    expect(records).toEqual([{ ...same, ...usage, ...told }])
    expect(JSON.stringify(records)).not.toContain('nobody else')
  })

  it('counts as running until it is settled', () => {
    const accounts = open()
    const [one, two] = [
      accounts.admit({ keyId: 'a' }, request(), '1'),
      accounts.admit({ keyId: 'a' }, request(), '2'),
    ]
    expect(accounts.running()).toBe(2)
    one.settle({ kind: 'abandoned' }, noUsage)
    expect(accounts.running()).toBe(1)
    two.settle({ kind: 'abandoned' }, noUsage)
    expect(accounts.running()).toBe(0)
  })

  it('is settled once (L4): a second time is a defect, and counts and records nothing', () => {
    const accounts = open()
    const ticket = accounts.admit({ keyId: 'a' }, request(), 'trace')
    ticket.settle({ kind: 'abandoned' }, noUsage)
    expect(() => ticket.settle({ kind: 'abandoned' }, noUsage)).toThrow(
      'The ticket of trace was settled twice.',
    )
    expect(accounts.running()).toBe(0)
    expect(records).toHaveLength(1)
  })
})

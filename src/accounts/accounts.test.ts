import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnswerRecord } from '../chat/answer-record.ts'
import { Failure } from '../chat/failure.ts'
import type { Outcome } from '../chat/gate.ts'
import { plainPrompt } from '../chat/plain-prompt.ts'
import type { ChatRequest } from '../chat/request.ts'
import { noUsage } from '../chat/usage.ts'
import { aModel } from '../../tests/contract/prompts.ts'
import { untold } from '../../tests/ledger/any-request.ts'
import { noTraceContext } from '../chat/trace-context.ts'
import { type Database, openDatabase } from '../storage/database.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import type { NewKey } from './directory.ts'
import { openLimits } from './limits/limits.ts'
import { memoryLimiter } from './limits/memory-limiter.ts'
import { serverSecret } from './server-secret.ts'

let database: Database
let now = 0
let seed = 0
let opened: string[] = []
let records: AnswerRecord[] = []

/** Distinct bytes each time, as randomness would give. */
const randomBytes = (count: number) =>
  Uint8Array.from({ length: count }, () => (seed = (seed * 75 + 74) % 65_537) % 256)

function open(apiKeys: readonly string[] = [], adminKeys: readonly string[] = []): Promise<Accounts> {
  return openAccounts({
    database,
    clock: () => now,
    randomBytes,
    secret: serverSecret('a secret of the server'),
    apiKeys,
    adminKeys,
    limits: openLimits({
      limiter: memoryLimiter(() => now),
      levels: new Map(),
      level: '',
      reserve: 'answer',
      decided: () => {},
    }),
    ledger: { open: (admission) => opened.push(admission.traceId), done: () => {} },
    record: (record) => records.push(record),
    bodies: { keep: () => ({ said: () => {}, done: () => {} }) },
    newSpanId: null,
  })
}

const plain: NewKey = { name: 'laptop', accountId: 'default', role: 'caller', models: null, expiresAt: null }

/** Makes a key; gives what `identify` says of it beside its secret. */
async function createKey({ directory }: Accounts, wanted: Partial<NewKey> = {}) {
  const { key, secret } = await directory.createKey({ ...plain, ...wanted })
  return {
    id: key.id,
    secret,
    caller: { keyId: key.id, accountId: key.accountId, level: '', keepsBodies: false, models: key.models },
  }
}

const disable = ({ directory }: Accounts, id: string) => directory.changeKey(id, { disabled: true })

beforeEach(async () => {
  database = await openDatabase(':memory:')
  now = 1_000_000
  seed = 1
  records = []
  opened = []
})
afterEach(() => database.close())

const unknown = expect.objectContaining({ kind: 'unknown-key', message: 'Api key is invalid' })
const forbidden = expect.objectContaining({ kind: 'forbidden', message: 'Forbidden' })
const malformed = expect.objectContaining({ kind: 'malformed-key', message: 'Invalid token' })

describe('identify', () => {
  it('knows who holds a key, whatever the case of the scheme', async () => {
    const accounts = await open()
    const { secret, caller } = await createKey(accounts)
    expect(await accounts.identify(`Bearer ${secret}`)).toEqual(caller)
    expect(await accounts.identify(`bearer ${secret}`)).toEqual(caller)
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
    await expect((await open()).identify(header)).rejects.toEqual(malformed)
  })

  it('refuses a key that nobody holds, also one that differs in its last character', async () => {
    const accounts = await open()
    const { secret } = await createKey(accounts)
    await expect(accounts.identify(`Bearer ${secret.slice(0, -1)}~`)).rejects.toEqual(unknown)
    await expect(accounts.identify(`Bearer ${secret}x`)).rejects.toEqual(unknown)
    await expect(accounts.identify(`Bearer ${'x'.repeat(512)}`)).rejects.toEqual(unknown)
  })

  it('throws nothing but its two failures, whatever comes', async () => {
    const accounts = await open(['secret'])
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

  it('takes the keys that it was given, each for its purpose, and stores none', async () => {
    const accounts = await open(['from-the-environment'], ['for-the-admin'])
    const given = { accountId: 'default', level: '', keepsBodies: false, models: null }
    expect(await accounts.identify('Bearer from-the-environment')).toEqual({ keyId: 'given-1', ...given })
    expect(await accounts.identifyAdmin('Bearer for-the-admin')).toEqual({ keyId: 'given-admin-1', ...given })
    await expect(accounts.identify('Bearer for-the-admin')).rejects.toEqual(forbidden)
    expect(await accounts.directory.listKeys()).toEqual([])
    await expect((await open()).identify('Bearer from-the-environment')).rejects.toEqual(unknown)
  })

  it('lets a key of a caller ask and a key of an admin manage, and neither the other', async () => {
    const accounts = await open()
    const [asks, manages] = [await createKey(accounts), await createKey(accounts, { role: 'admin' })]
    expect(await accounts.identifyAdmin(`Bearer ${manages.secret}`)).toEqual(manages.caller)
    await expect(accounts.identify(`Bearer ${manages.secret}`)).rejects.toEqual(forbidden)
    await expect(accounts.identifyAdmin(`Bearer ${asks.secret}`)).rejects.toEqual(forbidden)
  })

  it('refuses a disabled key at once where it was disabled, and takes it again when it is enabled', async () => {
    const accounts = await open()
    const { id, secret, caller } = await createKey(accounts)
    await accounts.identify(`Bearer ${secret}`)
    await disable(accounts, id)
    await expect(accounts.identify(`Bearer ${secret}`)).rejects.toEqual(unknown)
    await accounts.directory.changeKey(id, { disabled: false })
    expect(await accounts.identify(`Bearer ${secret}`)).toEqual(caller)
  })

  it('refuses a key that another process disabled after one second, and not before it has to ask', async () => {
    const [here, elsewhere] = [await open(), await open()]
    const { id, secret, caller } = await createKey(here)
    await here.identify(`Bearer ${secret}`)
    await disable(elsewhere, id)
    now += 999
    expect(await here.identify(`Bearer ${secret}`)).toEqual(caller)
    now += 1
    await expect(here.identify(`Bearer ${secret}`)).rejects.toEqual(unknown)
  })

  it('knows a key that another process made at once, also after it was refused', async () => {
    const [here, elsewhere] = [await open(), await open()]
    const { secret, caller } = await createKey(elsewhere)
    expect(await here.identify(`Bearer ${secret}`)).toEqual(caller)
  })

  it('refuses a key from the moment at which it expires, also one that it has just taken', async () => {
    const accounts = await open()
    const { secret, caller } = await createKey(accounts, { expiresAt: now + 500 })
    now += 499
    expect(await accounts.identify(`Bearer ${secret}`)).toEqual(caller)
    now += 1
    await expect(accounts.identify(`Bearer ${secret}`)).rejects.toEqual(unknown)
  })

  it('forbids all keys of a disabled account', async () => {
    const accounts = await open()
    await accounts.directory.createAccount({ id: 'team', name: 'The team' })
    const { secret, caller } = await createKey(accounts, { accountId: 'team' })
    expect(await accounts.identify(`Bearer ${secret}`)).toEqual(caller)
    await accounts.directory.changeAccount('team', { disabled: true })
    await expect(accounts.identify(`Bearer ${secret}`)).rejects.toEqual(forbidden)
  })

  it('goes on for those whom it knows when the database is gone, and says so to all others', async () => {
    const accounts = await open()
    const [known, other] = [await createKey(accounts), await createKey(accounts)]
    await accounts.identify(`Bearer ${known.secret}`)
    await database.close()
    now += 3_600_000
    expect(await accounts.identify(`Bearer ${known.secret}`)).toEqual(known.caller)
    await expect(accounts.identify(`Bearer ${other.secret}`)).rejects.toMatchObject({ kind: 'overloaded' })
    database = await openDatabase(':memory:')
  })
})

describe('the directory', () => {
  it('makes keys of sk- and 48 characters that are safe in a URL, no two alike; ids tell only the first 8', async () => {
    const accounts = await open()
    const [one, two] = [await createKey(accounts), await createKey(accounts)]
    expect(one.secret).toMatch(/^sk-[A-Za-z0-9_-]{48}$/)
    expect(one.secret).not.toBe(two.secret)
    expect(one.id).toBe(one.secret.slice(0, 11))
  })

  it('lists a key without its secret and without its hash', async () => {
    const accounts = await open()
    const { id, secret } = await createKey(accounts, { models: ['a/b'], expiresAt: 9 })
    const listed = await accounts.directory.listKeys()
    const key = { ...plain, id, models: ['a/b'], createdAt: now, expiresAt: 9, disabledAt: null }
    expect(listed).toEqual([key])
    expect(await accounts.directory.findKey(id)).toEqual(key)
    expect(JSON.stringify(listed)).not.toContain(secret.slice(11))
  })

  it('changes what it is told and leaves the rest; what is disabled twice keeps its first time', async () => {
    const { directory } = await open()
    const { key } = await directory.createKey(plain)
    const disabled = await directory.changeKey(key.id, { disabled: true })
    now += 5
    expect(await directory.changeKey(key.id, { disabled: true, name: 'x' })).toEqual({
      ...disabled,
      name: 'x',
    })
    const account = await directory.createAccount({ id: 'team', name: 'The team' })
    expect(await directory.changeAccount('team', { name: 'All' })).toEqual({ ...account, name: 'All' })
  })

  it('has the default account from the start, and says what does not exist or exists already', async () => {
    const { directory } = await open()
    expect(await directory.listAccounts()).toMatchObject([{ id: 'default', disabledAt: null }])
    const notFound = expect.objectContaining({ kind: 'not-found' })
    await expect(directory.findKey('sk-nobody')).rejects.toEqual(notFound)
    await expect(directory.changeAccount('nobody', {})).rejects.toEqual(notFound)
    await expect(directory.createKey({ ...plain, accountId: 'nobody' })).rejects.toEqual(notFound)
    const again = { id: 'default', name: '' }
    await expect(directory.createAccount(again)).rejects.toMatchObject({ kind: 'taken' })
    const odd = { id: 'No Account', name: '' }
    await expect(directory.createAccount(odd)).rejects.toMatchObject({ kind: 'invalid-request' })
  })
})

describe('a ticket', () => {
  const request = (): ChatRequest => ({
    ...plainPrompt(aModel, 'what nobody else may read', 10),
    stop: [],
    choices: 2,
    reply: { kind: 'stream', usageChunk: false },
  })
  const caller = { keyId: 'sk-1', accountId: 'team', level: '', keepsBodies: false, models: null }
  const arrivalOf = (traceId: string) => ({
    traceId,
    callerTraceId: '',
    context: noTraceContext,
    body: new Uint8Array(),
    receivedAt: now,
  })
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
  ])('of an answer that %s is recorded as one flat line', async (_how, outcome, told) => {
    const accounts = await open()
    const arrival = {
      traceId: 'trace',
      callerTraceId: 'theirs',
      context: noTraceContext,
      body: new Uint8Array(),
      receivedAt: now,
    }
    now += 1
    const ticket = await accounts.admit(caller, request(), arrival)
    now += 1000
    ticket.began()
    now += 234
    ticket.settle(outcome, usage)
    const same = {
      traceId: 'trace',
      callerTraceId: 'theirs',
      accountId: 'team',
      keyId: 'sk-1',
      model: 'test/model',
      standIn: '',
      thinking: 'off',
      reply: 'stream',
      choices: 2,
      answerLimit: request().answerLimit,
      receivedAt: now - 1235,
      admittedAt: now - 1234,
      firstTokenAt: now - 234,
      doneAt: now,
    }
    expect(records).toEqual([{ ...untold, ...same, ...usage, ...told }])
    expect(JSON.stringify(records)).not.toContain('nobody else')
  })

  it('is not given for a model that is not on the list of the key', async () => {
    const accounts = await open()
    const [other, allowed] = [['other/model'], ['other/model', 'test/model']]
    await expect(accounts.admit({ ...caller, models: other }, request(), arrivalOf('1'))).rejects.toEqual(
      forbidden,
    )
    expect(accounts.running()).toBe(0)
    expect(opened).toEqual([])
    await accounts.admit({ ...caller, models: allowed }, request(), arrivalOf('2'))
    expect(accounts.running()).toBe(1)
  })

  it('counts as running until it is settled', async () => {
    const accounts = await open()
    const [one, two] = [
      await accounts.admit(caller, request(), arrivalOf('1')),
      await accounts.admit(caller, request(), arrivalOf('2')),
    ]
    expect(accounts.running()).toBe(2)
    one.settle({ kind: 'abandoned' }, noUsage)
    expect(accounts.running()).toBe(1)
    two.settle({ kind: 'abandoned' }, noUsage)
    expect(accounts.running()).toBe(0)
  })

  it('is settled once (L4): a second time is a defect, and counts and records nothing', async () => {
    const accounts = await open()
    const ticket = await accounts.admit(caller, request(), arrivalOf('trace'))
    ticket.settle({ kind: 'abandoned' }, noUsage)
    expect(() => ticket.settle({ kind: 'abandoned' }, noUsage)).toThrow(
      'The ticket of trace was settled twice.',
    )
    expect(accounts.running()).toBe(0)
    expect(records).toHaveLength(1)
  })
})

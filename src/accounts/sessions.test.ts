import { beforeEach, describe, expect, it } from 'vitest'
import type { KeyRole } from '../chat/account.ts'
import { type Database, openDatabase } from '../storage/database.ts'
import { type Directory, openDirectory } from './directory.ts'
import { openKeyRing } from './key-ring.ts'
import { serverSecret } from './server-secret.ts'
import { openSessions, type Sessions } from './sessions.ts'

const hour = 60 * 60 * 1000
let database: Database
let directory: Directory
let sessions: Sessions
let now = 0
let seed = 0

const randomBytes = (count: number) => Buffer.alloc(count, (seed += 1))

function open(secret = 'a secret of the server'): Sessions {
  const parts = { database, clock: () => now, randomBytes, secret: serverSecret(secret) }
  const own = {
    id: 'console',
    accountId: 'default',
    name: '',
    role: 'admin',
    models: null,
    createdAt: 0,
    expiresAt: null,
    disabledAt: null,
  } as const
  const ring = openKeyRing({ ...parts, given: [{ secret: 'own', key: own }] })
  return openSessions({ ...parts, ring, ownKey: 'own' })
}

async function createKey(role: KeyRole, expiresAt: number | null = null) {
  const { key, secret } = await directory.createKey({
    name: '',
    accountId: 'default',
    role,
    models: null,
    expiresAt,
  })
  return { id: key.id, header: `Bearer ${secret}` }
}

beforeEach(async () => {
  database = await openDatabase(':memory:')
  now = 1_000_000
  const secret = serverSecret('a secret of the server')
  directory = await openDirectory({ database, clock: () => now, randomBytes, secret, changed: () => {} })
  sessions = open()
})

describe('a session', () => {
  it('is of the admin key that opened it, on every server that shares the secret', async () => {
    const { id, header } = await createKey('admin')
    const { token } = await sessions.open(header)
    expect(await sessions.identify(token)).toMatchObject({ keyId: id, accountId: 'default' })
    expect(await open().identify(token)).toMatchObject({ keyId: id })
    await expect(open('another secret').identify(token)).rejects.toMatchObject({ kind: 'unknown-key' })
  })

  it('ends after a day', async () => {
    const { token, seconds } = await sessions.open((await createKey('admin')).header)
    now += seconds * 1000 - 1
    await sessions.identify(token)
    now += 1
    await expect(sessions.identify(token)).rejects.toMatchObject({ kind: 'unknown-key' })
  })

  it('ends with its key', async () => {
    const revoked = await createKey('admin')
    const { token } = await sessions.open(revoked.header)
    await directory.changeKey(revoked.id, { disabled: true })
    now += 1000
    await expect(sessions.identify(token)).rejects.toMatchObject({ kind: 'unknown-key' })

    const short = await sessions.open((await createKey('admin', now + hour)).header)
    now += hour
    await expect(sessions.identify(short.token)).rejects.toMatchObject({ kind: 'unknown-key' })
  })

  it('is not given for a key that asks models, or that nobody holds', async () => {
    const { header } = await createKey('caller')
    await expect(sessions.open(header)).rejects.toMatchObject({ kind: 'forbidden' })
    await expect(sessions.open('Bearer nobody')).rejects.toMatchObject({ kind: 'unknown-key' })
    await expect(sessions.open('')).rejects.toMatchObject({ kind: 'malformed-key' })
  })

  it('is no session once a character of it is changed', async () => {
    const { token } = await sessions.open((await createKey('admin')).header)
    for (let at = 0; at < token.length; at++) {
      const forged = token.slice(0, at) + (token[at] === '1' ? '2' : '1') + token.slice(at + 1)
      await expect(sessions.identify(forged)).rejects.toMatchObject({ kind: 'unknown-key' })
    }
    await expect(sessions.identify('')).rejects.toMatchObject({ kind: 'unknown-key' })
  })
})

describe('an invitation', () => {
  it('opens one session', async () => {
    const invitation = `Bearer ${sessions.invite()}`
    const { token } = await sessions.open(invitation)
    expect(await sessions.identify(token)).toMatchObject({ keyId: 'console' })
    await expect(sessions.open(invitation)).rejects.toMatchObject({ kind: 'unknown-key' })
  })

  it('is void after an hour', async () => {
    const invitation = sessions.invite()
    now += hour
    await expect(sessions.open(`Bearer ${invitation}`)).rejects.toMatchObject({ kind: 'unknown-key' })
  })
})

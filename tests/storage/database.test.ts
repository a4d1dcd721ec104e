import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDirectory } from '../../src/accounts/directory.ts'
import { hashOf, serverSecret } from '../../src/accounts/server-secret.ts'
import { adoptSecret } from '../../src/storage/adopt-secret.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { findKeyByHash } from '../../src/storage/keys.ts'
import { type FreshDatabase, freshDatabase, kinds, postgresUrl } from './fresh-database.ts'

describe.each(kinds)('a %s database', (kind) => {
  let fresh: FreshDatabase
  beforeEach(async () => {
    fresh = await freshDatabase(kind)
  })
  afterEach(() => fresh.remove())

  it('is brought up to date once, by however many processes start at once', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => openDatabase(fresh.place)))
    const names = await opened[0]?.query.selectFrom('migrations').select('name').execute()
    expect(names?.length).toBe(new Set(names?.map(({ name }) => name)).size)
    for (const database of opened) await database.close()
  })

  it('of a newer Silica is refused and left as it is', async () => {
    const first = await openDatabase(fresh.place)
    await first.query.insertInto('migrations').values({ name: '9999-later' }).execute()
    await expect(openDatabase(fresh.place)).rejects.toThrow(/was changed by a newer Silica \(9999-later\)/)
    await first.close()
  })

  it('keeps accounts and keys as they were told, times and lists too', async () => {
    const database = await openDatabase(fresh.place)
    const directory = await openDirectory({
      database,
      clock: () => 1_764_000_000_123,
      randomBytes: (count) => new Uint8Array(count).fill(7),
      secret: serverSecret('secret'),
      changed: () => {},
    })
    await directory.createAccount({ id: 'team', name: 'Команда' })
    const wanted = {
      name: 'k',
      accountId: 'team',
      role: 'admin',
      models: ['a/b'],
      expiresAt: 2 ** 45,
    } as const
    const { key, secret } = await directory.createKey(wanted)
    expect(await directory.findKey(key.id)).toEqual({
      ...wanted,
      id: secret.slice(0, 11),
      createdAt: 1_764_000_000_123,
      disabledAt: null,
    })
    await directory.changeAccount('team', { disabled: true })
    expect(await directory.findAccount('team')).toMatchObject({
      name: 'Команда',
      disabledAt: 1_764_000_000_123,
    })
    await database.close()
  })

  it('has the keys of an older Silica sealed once, and is refused under another secret', async () => {
    const database = await openDatabase(fresh.place)
    const old = hashOf('sk-old')
    await database.query
      .insertInto('keys')
      .values({
        id: 'sk-old',
        account_id: 'default',
        name: '',
        hash: old,
        role: 'caller',
        models: null,
        created_at: 1,
        expires_at: null,
        disabled_at: null,
      })
      .execute()
    const secret = serverSecret('one')
    await Promise.all([adoptSecret(database, secret), adoptSecret(database, secret)])
    expect(await findKeyByHash(database, old)).toBeUndefined()
    expect(await findKeyByHash(database, secret.seal(old))).toMatchObject({ key: { id: 'sk-old' } })
    await expect(adoptSecret(database, serverSecret('two'))).rejects.toThrow('sealed with another secret')
    await database.close()
  })

  it('undoes a transaction that fails, and waits for one that holds the lock', async () => {
    const database = await openDatabase(fresh.place)
    const failing = database.query.transaction().execute(async (inside) => {
      await inside.insertInto('facts').values({ name: 'a', value: '1' }).execute()
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await database.query.selectFrom('facts').selectAll().execute()).toEqual([])
    await database.close()
  })
})

describe.skipIf(postgresUrl === '')('a PostgreSQL database', () => {
  it('that cannot be had is named without its password', async () => {
    const url = 'postgres://someone:hunter2@127.0.0.1:1/silica?password=hunter2'
    const error: unknown = await openDatabase(url).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('The database postgres://someone@127.0.0.1:1/silica cannot be used: ')
    expect(String(error)).not.toContain('hunter2')
  })

  it('gives whole numbers of 64 bits as numbers', async () => {
    const database = await openDatabase(postgresUrl)
    const { rows } = await sql<{ n: number }>`select 1764000000123::bigint as n`.execute(database.query)
    expect(rows).toEqual([{ n: 1_764_000_000_123 }])
    await database.close()
  })
})

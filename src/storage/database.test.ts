import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../chat/failure.ts'
import { openDatabase } from './database.ts'
import { insertKey, listKeys } from './keys.ts'
import { migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'
import type { Migration, Tables } from './tables.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'silica-storage-'))
  file = join(folder, 'silica.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const hash = 'a'.repeat(64)
const key = {
  id: 'sk-1',
  accountId: 'default',
  name: 'one',
  role: 'caller',
  models: null,
  createdAt: 1,
  expiresAt: null,
  disabledAt: null,
} as const

describe('a database', () => {
  it('is made where there is none, and keeps what was stored when it is opened again', async () => {
    const first = await openDatabase(file)
    await insertKey(first, key, hash)
    await first.close()
    const second = await openDatabase(file)
    expect(await listKeys(second)).toEqual([key])
    await second.close()
  })

  it('can live in memory, each by itself', async () => {
    const [one, two] = [await openDatabase(':memory:'), await openDatabase(':memory:')]
    await insertKey(one, key, hash)
    expect(await listKeys(two)).toEqual([])
    await one.close()
    await two.close()
  })

  it('can be open twice at once, each seeing what the other wrote', async () => {
    const [one, two] = [await openDatabase(file), await openDatabase(file)]
    await insertKey(one, key, hash)
    expect(await listKeys(two)).toHaveLength(1)
    await one.close()
    await two.close()
  })

  it('is refused by name where the file is none', async () => {
    writeFileSync(
      file,
      'This is a text, and long enough to be told from a database by its first bytes.'.repeat(9),
    )
    await expect(openDatabase(file)).rejects.toThrow(
      `The database ${file} cannot be used: file is not a database`,
    )
  })

  it('is refused by name where its folder does not exist', async () => {
    await expect(openDatabase(join(folder, 'none/silica.db'))).rejects.toThrow(Failure)
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })

  it('of a newer Silica is refused and left as it is', async () => {
    await (await openDatabase(file)).close()
    const sqlite = new DatabaseSync(file)
    sqlite.exec("insert into migrations (name) values ('0999-later')")
    await expect(openDatabase(file)).rejects.toThrow(/changed by a newer Silica \(0999-later\)/)
    expect(sqlite.prepare('select max(name) as last from migrations').get()).toEqual({ last: '0999-later' })
    sqlite.close()
  })
})

describe('migrations', () => {
  const step = (name: string, statements: string): Migration => ({
    name,
    async up(query) {
      for (const statement of statements.split(';')) await sql.raw(statement).execute(query)
    },
  })
  const opened = () => ({
    kind: 'sqlite' as const,
    query: new Kysely<Tables>({ dialect: openSqlite(file) }),
  })
  const first = step('1', 'create table a (x integer)')
  const second = step('2', 'create table b (x integer); insert into b values (1)')
  const broken = step('3', 'create table c (x integer); nonsense')
  const tablesOf = (sqlite: DatabaseSync) =>
    sqlite
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .all()
      .map((row) => row['name'])

  it('run once each, in order, and later ones on top of what is there', async () => {
    const open = opened()
    await migrate(open, [first])
    await migrate(open, [first, second])
    await migrate(open, [first, second])
    const sqlite = new DatabaseSync(file)
    expect(tablesOf(sqlite)).toEqual(['a', 'b', 'migrations'])
    expect(sqlite.prepare('select count(*) as count from b').get()).toEqual({ count: 1 })
    sqlite.close()
    await open.query.destroy()
  })

  it('are refused where one before the last is missing, and change nothing', async () => {
    const open = opened()
    await migrate(open, [second])
    await expect(migrate(open, [first, second])).rejects.toThrow('it has later changes, and lacks 1.')
    await open.query.destroy()
  })

  it('that fail midway leave nothing behind, and the next start begins where this one did', async () => {
    const open = opened()
    await migrate(open, [first])
    await expect(migrate(open, [first, second, broken])).rejects.toThrow('nonsense')
    const sqlite = new DatabaseSync(file)
    expect(tablesOf(sqlite)).toEqual(['a', 'migrations'])
    await migrate(open, [first, second])
    expect(tablesOf(sqlite)).toEqual(['a', 'b', 'migrations'])
    sqlite.close()
    await open.query.destroy()
  })
})

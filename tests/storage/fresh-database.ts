import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/** A database that nothing was stored in. */
export interface FreshDatabase {
  /** As `openDatabase` takes it. */
  readonly place: string
  remove(): Promise<void>
}

export const postgresUrl = process.env['SILICA_TEST_POSTGRES'] ?? ''
if (postgresUrl === '') {
  console.warn(
    '\n*** The tests over PostgreSQL are LEFT OUT. To run them, set SILICA_TEST_POSTGRES=postgres://user@host/database, ' +
      'whose user may make databases. ***\n',
  )
}

/** The kinds of databases that can be had here. */
export const kinds = postgresUrl === '' ? (['sqlite'] as const) : (['sqlite', 'postgres'] as const)

export function freshDatabase(kind: 'sqlite' | 'postgres'): Promise<FreshDatabase> {
  return kind === 'sqlite' ? Promise.resolve(freshSqlite()) : freshPostgres()
}

function freshSqlite(): FreshDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'silica-database-'))
  return {
    place: join(folder, 'silica.db'),
    remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

async function freshPostgres(): Promise<FreshDatabase> {
  const name = `silica_${randomBytes(6).toString('hex')}`
  await tellPostgres(`create database ${name}`)
  return {
    place: postgresUrl.replace(/\/[^/]*$/, `/${name}`),
    remove: () => tellPostgres(`drop database ${name} with (force)`),
  }
}

async function tellPostgres(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query(statement)
  await client.end()
}

import { Cluster } from 'ioredis'
import { Kysely, sql } from 'kysely'
import { Failure } from '../chat/failure.ts'
import { newMigrations } from './migrate.ts'
import { openPostgres, withoutSecrets } from './postgres.ts'
import { redisClient } from './redis-client.ts'
import type { Tables } from './tables.ts'

/** Asks a PostgreSQL what it is, and changes nothing. Gives that in words; throws where it cannot be used. */
export async function probePostgres(url: string): Promise<string> {
  const name = withoutSecrets(url)
  const query = new Kysely<Tables>({ dialect: await openPostgres(url) })
  try {
    const asked = sql<{ version: string; known: boolean; may: boolean }>`
      select current_setting('server_version') as version, to_regclass('migrations') is not null as known,
        has_schema_privilege(current_schema(), 'create') as may`
    const [found] = (await asked.execute(query)).rows
    if (found?.may !== true) throw new Error('its user may make no tables')
    const done = found.known ? await query.selectFrom('migrations').select('name').execute() : []
    const left = newMigrations(done.map((row) => row.name))
    const state = done.length === 0 ? 'empty, ' : ''
    return `PostgreSQL ${found.version} at ${name}, ${state}${left === 0 ? 'up to date' : `${left} changes of the schema at the next start`}`
  } catch (error) {
    throw new Failure('invalid-request', `${name}: ${wordsOf(error)}`, { cause: error })
  } finally {
    await query.destroy()
  }
}

/** Asks a Redis what it is. Gives that in words, with how long its answer took; throws where it cannot be used. */
export async function probeRedis(address: string, steady: () => number): Promise<string> {
  const client = redisClient(address)
  let reason = 'it cannot be reached'
  client.on('error', (error: Error) => (reason = wordsOf(error)))
  try {
    await ready(client, () => reason)
    const servers = client instanceof Cluster ? client.nodes('master') : [client]
    const began = steady()
    const [info = ''] = await Promise.all(servers.map((server) => server.info('server')))
    const ms = Math.round(steady() - began)
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'of unknown version'
    return `Redis ${version}${servers.length > 1 ? `, ${servers.length} masters` : ''}, answers in ${ms} ms`
  } finally {
    client.disconnect()
  }
}

/** Milliseconds that a Redis may take to be there. */
const patience = 3000

async function ready(client: ReturnType<typeof redisClient>, reason: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(
    () => reject(new Failure('overloaded', `Redis does not answer: ${reason()}`)),
    patience,
  )
  client.on('ready', resolve)
  await promise.finally(() => clearTimeout(timer))
}

/** Of several attempts to connect, the errors of all. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

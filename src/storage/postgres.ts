import { type Dialect, PostgresDialect } from 'kysely'
import type pg from 'pg'

const mostConnections = 10
/** How long a connection may take to be made, and a query to be answered, in milliseconds. */
const connectTimeout = 3000
const queryTimeout = 15_000

export function isPostgres(place: string): boolean {
  return /^postgres(ql)?:\/\//.test(place)
}

/** Kysely's PostgreSQL dialect over `pg`. Connects when it is first asked something. */
export async function openPostgres(url: string): Promise<Dialect> {
  // It takes memory and time to load, and most do without.
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: url,
    max: mostConnections,
    connectionTimeoutMillis: connectTimeout,
    query_timeout: queryTimeout,
    application_name: 'silica',
    types: { getTypeParser: parserOf(pg.types) },
  })
  // A connection that breaks is replaced when the next one is needed, and whoever asks something of it is told. What
  // nobody listens to would end the process, and of one that is in use nobody does.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return new PostgresDialect({ pool })
}

/** A whole number of 64 bits comes as a number: times and counts are far below 2^53. */
function parserOf(types: typeof pg.types) {
  return (type: number, format?: 'text' | 'binary') =>
    type === types.builtins.INT8 ? Number : types.getTypeParser(type, format)
}

/** What may be shown of a URL: no password, and no parameters, which may hold one. */
export function withoutSecrets(url: string): string {
  const { protocol, username, host, pathname } = new URL(url)
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`
}

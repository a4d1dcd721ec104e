import { DatabaseSync } from 'node:sqlite'
import { type Dialect, SqliteDialect } from 'kysely'

/** How long a statement waits for another process that holds the write lock, in milliseconds. */
const busyTimeout = 5000

/** Kysely's SQLite dialect over Node's own SQLite. Opens `file` at once, or throws SQLite's error. */
export function openSqlite(file: string): Dialect {
  const sqlite = new DatabaseSync(file, { timeout: busyTimeout })
  try {
    sqlite.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on')
  } catch (error) {
    sqlite.close()
    throw error
  }
  return new SqliteDialect({
    database: {
      // A transaction that reads before it writes would fail, not wait, where another process wrote in between.
      prepare: (sql) => readStatement(sqlite, sql === 'begin' ? 'begin immediate' : sql),
      close: () => sqlite.close(),
    },
  })
}

function readStatement(sqlite: DatabaseSync, sql: string) {
  const statement = sqlite.prepare(sql)
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...parameters.map(toInput)),
    run: (parameters: readonly unknown[]) => statement.run(...parameters.map(toInput)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...parameters.map(toInput)),
  }
}

/** Refuses what SQLite has no column for, instead of storing a text like `[object Object]`. */
function toInput(value: unknown): string | number | bigint | null | Uint8Array {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    return value
  }
  if (value instanceof Uint8Array) return value
  throw new TypeError(`SQLite cannot store a value of type ${typeof value}`)
}

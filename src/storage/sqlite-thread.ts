import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { Question } from './sqlite-connection.ts'

/** How long a statement waits for another process that holds the write lock, in milliseconds. */
const busyTimeout = 5000

let sqlite: DatabaseSync | undefined
/** Statements that were run lately, by their texts: to read one anew takes as long as to store several rows. */
const prepared = new Map<string, StatementSync>()
const mostPrepared = 50

parentPort?.on('message', (question: Question) => {
  if (question !== null) return parentPort?.postMessage(answer(question))
  sqlite?.close()
  return parentPort?.close()
})

function answer(question: NonNullable<Question>) {
  try {
    sqlite ??= open(String(workerData))
    if ('rows' in question) return { rows: [], changes: runForEach(sqlite, question) }
    const statement = prepare(sqlite, question.sql)
    const inputs = question.parameters.map(toInput)
    if (statement.columns().length > 0) return { rows: statement.all(...inputs), changes: 0 }
    return { rows: [], changes: Number(statement.run(...inputs).changes) }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** Parsed and bound here this takes a third of what SQLite's own JSON functions do. */
function runForEach(
  database: DatabaseSync,
  { sql, rows }: Extract<Question, { readonly rows: unknown }>,
): number {
  const list: readonly Readonly<Record<string, unknown>>[] = JSON.parse(rows.json)
  const statement = prepare(database, sql)
  let changes = 0
  database.exec('begin immediate')
  try {
    for (const row of list) {
      changes += Number(statement.run(...rows.fields.map((field) => toInput(row[field] ?? null))).changes)
    }
    prepare(database, rows.last).run(changes)
    database.exec('commit')
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
  return changes
}

function prepare(database: DatabaseSync, sql: string): StatementSync {
  const known = prepared.get(sql)
  if (known !== undefined) return known
  const [oldest] = prepared.keys()
  if (prepared.size >= mostPrepared && oldest !== undefined) prepared.delete(oldest)
  const statement = database.prepare(sql)
  prepared.set(sql, statement)
  return statement
}

function open(file: string): DatabaseSync {
  const opened = new DatabaseSync(file, { timeout: busyTimeout })
  try {
    opened.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on')
    return opened
  } catch (error) {
    opened.close()
    throw error
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

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { Question } from './sqlite-connection.ts'

/** How long a statement waits for another process that holds the write lock, in milliseconds. */
const busyTimeout = 5000

let sqlite: DatabaseSync | undefined

parentPort?.on('message', (question: Question) => {
  if (question !== null) return parentPort?.postMessage(answer(question))
  sqlite?.close()
  return parentPort?.close()
})

function answer({ sql, parameters }: NonNullable<Question>) {
  try {
    sqlite ??= open(String(workerData))
    const statement = sqlite.prepare(sql)
    const inputs = parameters.map(toInput)
    if (statement.columns().length > 0) return { rows: statement.all(...inputs), changes: 0 }
    return { rows: [], changes: Number(statement.run(...inputs).changes) }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
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

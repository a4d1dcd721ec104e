import { Worker } from 'node:worker_threads'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { Rows } from './rows.ts'

/**
 * What is asked of the thread, which answers each in turn: to run a statement once, or for each row. Null asks it to
 * close the file and end.
 */
export type Question =
  | { readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly sql: string; readonly rows: Rows }
  | null

/** The rows are of the type that the query's author says they are. */
type Reply = { readonly rows: never[]; readonly changes: number } | { readonly error: Error }

/** The built package runs JavaScript, the repository TypeScript. */
const entry = new URL(`./sqlite-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

interface Asked {
  resolve(reply: Reply): void
  reject(error: unknown): void
}

/** One connection to a SQLite file, in a thread of its own. What is wrong with the file, the first query says. */
export class SqliteConnection implements DatabaseConnection {
  readonly #thread: Worker
  readonly #ended: Promise<unknown>
  readonly #asked: Asked[] = []

  constructor(file: string) {
    this.#thread = new Worker(entry, { workerData: file })
    this.#thread.on('message', (reply: Reply) => this.#asked.shift()?.resolve(reply))
    this.#thread.on('error', (error) => this.#fail(error))
    this.#ended = new Promise((resolve) => this.#thread.on('exit', resolve))
    void this.#ended.then(() => this.#fail(new Error('The database was closed.')))
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#asked.push({ resolve, reject })
      const [rows] = parameters
      this.#tell(rows instanceof Rows ? { sql, rows } : { sql, parameters })
    })
    if ('error' in reply) throw reply.error
    return { rows: reply.rows, numAffectedRows: BigInt(reply.changes) }
  }

  streamQuery(): never {
    throw new Error('SQLite results are not streamed.')
  }

  async close(): Promise<void> {
    this.#tell(null)
    await this.#ended
  }

  #tell(question: Question): void {
    this.#thread.postMessage(question)
  }

  #fail(error: unknown): void {
    for (const asked of this.#asked.splice(0)) asked.reject(error)
  }
}

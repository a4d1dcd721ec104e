import { CompiledQuery, type Driver } from 'kysely'
import { SqliteConnection } from './sqlite-connection.ts'

/** A second connection reads while the first waits for a lock that another process holds. */
const mostConnections = 2

/** Gives connections in the order in which they are asked for. */
export class SqliteDriver implements Driver {
  readonly #file: string
  readonly #most: number
  readonly #idle: SqliteConnection[] = []
  readonly #waiting: ((connection: SqliteConnection) => void)[] = []
  readonly #open = new Set<SqliteConnection>()

  constructor(file: string) {
    this.#file = file
    // Each connection to it would be a database of its own.
    this.#most = file === ':memory:' ? 1 : mostConnections
  }

  init(): Promise<void> {
    return Promise.resolve()
  }

  acquireConnection(): Promise<SqliteConnection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return Promise.resolve(idle)
    if (this.#open.size >= this.#most) return new Promise((resolve) => this.#waiting.push(resolve))
    const made = new SqliteConnection(this.#file)
    this.#open.add(made)
    return Promise.resolve(made)
  }

  releaseConnection(connection: SqliteConnection): Promise<void> {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(connection)
    else next(connection)
    return Promise.resolve()
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    // A transaction that reads before it writes would fail, not wait, where another process wrote in between.
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#open].map((connection) => connection.close()))
  }
}

import { hash } from 'node:crypto'
import { Cluster } from 'ioredis'
import { Failure } from '../chat/failure.ts'
import { redisClient } from './redis-client.ts'

/** A connection to one Redis, to the master that sentinels name, or to a cluster, that is made anew where it breaks. */
export interface Redis {
  /**
   * Runs a script on the server that holds `key`, in one round trip. Throws `overloaded` at once where there is no
   * connection, or after the time limit. `late` is then given the answer if it comes after all; where none comes, nobody
   * knows whether the script ran.
   */
  run(
    script: Script,
    key: string,
    values: readonly (string | number)[],
    late?: (answer: unknown) => void,
  ): Promise<unknown>
  /** The ids of the runs of all servers that hold keys: an id is new whenever a server is started. */
  runs(): Promise<readonly string[]>
  /** Whether the next script would be sent. */
  isUp(): boolean
  close(): Promise<void>
}

export interface Script {
  readonly text: string
  readonly sha: string
}

export interface RedisParts {
  /** As `redisClient` reads it. */
  readonly address: string
  /** Milliseconds that an answer may take. */
  readonly patience: number
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void
  /** Told when the connection stands, and when it does not any more, unless it was closed here. */
  readonly changed: (up: boolean, reason: string) => void
}

/** After this many times the patience without the answer that is awaited, the connection is taken for dead. */
const hopeless = 8

export function redisGone(cause: unknown): Failure {
  return new Failure('overloaded', 'Limits cannot be checked now. Please try again later.', { cause })
}

export function scriptOf(text: string): Script {
  return { text, sha: hash('sha1', text) }
}

/** Throws `invalid-request` where the address cannot be read. Connects by itself, now and whenever the connection breaks. */
export function openRedis(parts: RedisParts): Redis {
  const client = redisClient(parts.address)
  let overdue = 0
  let giveUp = () => {}
  let reason = 'not connected yet'
  let told = false

  const isUp = () => client.status === 'ready' && overdue === 0
  const tell = () => {
    if (isUp() === told) return
    told = isUp()
    parts.changed(told, told ? '' : reason)
  }
  client.on('error', (error: Error) => (reason = error.message))
  client.on('ready', tell)
  const lost = () => {
    tell()
    reason = 'the connection was closed'
  }
  client.on('close', lost)

  function missed(): void {
    overdue += 1
    if (overdue > 1) return
    reason = `no answer within ${parts.patience} ms`
    giveUp = parts.after(hopeless * parts.patience, () => client.disconnect(true))
    tell()
  }
  function arrived(): void {
    overdue -= 1
    if (overdue > 0) return
    giveUp()
    tell()
  }

  async function send({ sha, text }: Script, key: string, values: readonly (string | number)[]) {
    try {
      return await client.evalsha(sha, 1, key, ...values)
    } catch (error) {
      // Sent by name only as long as the server knows it.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await client.eval(text, 1, key, ...values)
    }
  }

  /** What comes of `asked`, or a failure once patience is at its end; `late` gets what comes after that. */
  function inTime<Answer>(
    ask: () => Promise<Answer>,
    late: (answer: Answer) => void = () => {},
  ): Promise<Answer> {
    if (!isUp()) return Promise.reject(redisGone(reason))
    return new Promise((resolve, reject) => {
      let given = false
      // Where it was this process that had no time, the answer may be here already: it is looked for once more.
      let cancel = parts.after(parts.patience, () => {
        cancel = parts.after(1, () => {
          given = true
          missed()
          reject(redisGone(reason))
        })
      })
      const settle = (inTime: () => void, tooLate: () => void) => {
        cancel()
        if (!given) return inTime()
        arrived()
        tooLate()
      }
      ask().then(
        (answer) =>
          settle(
            () => resolve(answer),
            () => late(answer),
          ),
        (error: unknown) =>
          settle(
            () => reject(redisGone(error)),
            () => {},
          ),
      )
    })
  }

  return {
    isUp,
    run: (script, key, values, late) => inTime(() => send(script, key, values), late),
    runs: () =>
      inTime(async () => {
        const servers = client instanceof Cluster ? client.nodes('master') : [client]
        const infos = await Promise.all(servers.map((server) => server.info('server')))
        return infos.map((info) => /run_id:(\w+)/.exec(info)?.[1] ?? '')
      }),
    async close() {
      giveUp()
      client.off('close', lost)
      client.disconnect()
    },
  }
}

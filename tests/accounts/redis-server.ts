import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether there is a `redis-server` to start. A run that is to test everything (`CI`) does without none. */
export const haveRedis = spawnSync('redis-server', ['--version']).status === 0
if (!haveRedis) {
  const lack = 'NOT TESTED: there is no redis-server on this machine (Debian: apt-get install redis-server).'
  if (process.env['CI']) throw new Error(lack)
  console.warn(`\n  ${lack}\n`)
}

/** A Redis of a test's own, on a port of its own, that keeps nothing. */
export interface TestRedis {
  readonly url: string
  readonly port: number
  /** Starts it anew where it was stopped. */
  start(): Promise<void>
  /** Ends it as a machine would that loses its power. */
  kill(): Promise<void>
  /** It is there and does nothing. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

/** `options` as on the command line. */
export async function startRedis(...options: readonly string[]): Promise<TestRedis> {
  return startServer((folder) => ['--dir', folder, '--save', '', '--appendonly', 'no', ...options])
}

/** What watches over a master on this port, as `main`, and puts a replica of it in its place. */
export async function startSentinel(master: number): Promise<TestRedis> {
  return startServer((folder) => {
    const file = join(folder, 'sentinel.conf')
    const watched = [
      `sentinel monitor main 127.0.0.1 ${master} 1`,
      'sentinel down-after-milliseconds main 300',
      'sentinel failover-timeout main 2000',
    ]
    writeFileSync(file, watched.join('\n'))
    return [file, '--sentinel']
  })
}

async function startServer(flagsIn: (folder: string) => readonly string[]): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'silica-redis-'))
  const port = await freePort()
  let server: ChildProcess
  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      const flags = [...flagsIn(folder), '--port', `${port}`, '--bind', '127.0.0.1']
      server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      for await (const part of server.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
        said += String(part)
        if (/eady to accept connections|Sentinel ID is/.test(said)) {
          server.stdout?.resume()
          return
        }
      }
      throw new Error(`redis-server did not start: ${said}`)
    },
    async kill() {
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async close() {
      await redis.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await redis.start()
  return redis
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

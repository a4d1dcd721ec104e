import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../accounts/redis-server.ts'

/** Where Debian keeps the programs of PostgreSQL, by version. */
const debian = '/usr/lib/postgresql'

function findPrograms(): string | null {
  if (!existsSync(debian)) return null
  const versions = readdirSync(debian).sort((one, other) => Number(one) - Number(other))
  const folders = versions.map((version) => join(debian, version, 'bin'))
  return folders.findLast((folder) => existsSync(join(folder, 'initdb'))) ?? null
}

const programs = findPrograms()
export const havePostgres = programs !== null
if (!havePostgres) {
  const lack =
    'NOT TESTED: there is no PostgreSQL on this machine to start and stop (Debian: apt-get install postgresql).'
  if (process.env['CI']) throw new Error(lack)
  console.warn(`\n  ${lack}\n`)
}

/** A PostgreSQL of a test's own, which can be stopped. */
export interface OwnPostgres {
  readonly url: string
  start(): void
  /** As a machine would that loses its power. */
  kill(): void
  close(): void
}

export async function startPostgres(): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'silica-postgres-'))
  const port = await freePort()
  if (process.getuid?.() === 0) {
    chmodSync(folder, 0o755)
    chownSync(folder, Number(idOf('-u')), Number(idOf('-g')))
  }
  const run = (program: string, ...args: readonly string[]) => {
    const command = [join(programs ?? '', program), '-D', join(folder, 'data'), ...args]
    // It refuses to run as root.
    const all = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command
    execFileSync(all[0] ?? '', all.slice(1), { cwd: folder, stdio: 'ignore' })
  }
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`
  const server: OwnPostgres = {
    url: `postgres://silica@127.0.0.1:${port}/postgres`,
    start: () => run('pg_ctl', 'start', '--wait', '--silent', `--log=${folder}/log`, '-o', options),
    kill: () => run('pg_ctl', 'stop', '--wait', '--silent', '--mode=immediate'),
    close() {
      if (existsSync(join(folder, 'data/postmaster.pid'))) server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  run('initdb', '--no-sync', '--username=silica', '--auth=trust')
  server.start()
  return server
}

function idOf(which: '-u' | '-g'): string {
  return execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }).trim()
}

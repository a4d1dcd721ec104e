import { randomBytes } from 'node:crypto'
import { readFileSync, type Stats, unwatchFile, watchFile } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../chat/failure.ts'
import type { Hub } from '../hub/hub.ts'
import type { Log, World } from '../main.ts'
import type { Settings } from '../settings.ts'
import { readSettings, type Surroundings } from './read-settings.ts'

/** The settings of this process, given what its command line said. */
export function settingsOf(flags: Surroundings['flags']): Settings {
  return readSettings({
    flags,
    environment: process.env,
    currentFolder: process.cwd(),
    homeFolder: homedir(),
    bundledModels: join(import.meta.dirname, '../../models'),
    consoleFolder: join(import.meta.dirname, '../../dist/console'),
    guidesFolder: join(import.meta.dirname, '../../docs/guides'),
    version: ownVersion(),
  })
}

/** The hub that a flag or the environment names, laid out like ModelScope where its name says so. */
export function hubOf(flag: string): Hub {
  const named = flag || process.env['SILICA_HUB'] || 'https://huggingface.co'
  const url = (named === 'modelscope' ? 'https://modelscope.cn' : named).replace(/\/+$/, '')
  if (!/^https?:\/\//.test(url))
    throw new Failure(
      'invalid-request',
      `--hub must be an address such as https://huggingface.co, not "${named}".`,
    )
  return {
    layout: url.includes('modelscope') ? 'modelscope' : 'huggingface',
    url,
    token: process.env['SILICA_HUB_TOKEN'] ?? '',
  }
}

/** The real clock, real randomness, real files. */
export function realWorld(log: Log): World {
  return {
    clock: Date.now,
    steady: () => performance.now(),
    after,
    used,
    randomBytes,
    log,
    watch: watchFiles,
  }
}

export function after(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds)
  return () => clearTimeout(timer)
}

export function used(): ReturnType<World['used']> {
  const { user, system } = process.cpuUsage()
  return { cpu: (user + system) / 1e6, memory: process.memoryUsage.rss() }
}

/** Looks at the files once a second: that sees files that are replaced, linked or mounted too, where events do not. */
export function watchFiles(files: readonly string[], changed: () => void, interval = 1000): () => void {
  const look = (now: Stats, before: Stats) => {
    // A file that is away for a moment is being replaced.
    if (
      now.mtimeMs !== 0 &&
      (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size)
    )
      changed()
  }
  for (const file of files) watchFile(file, { interval, persistent: false }, look)
  return () => files.forEach((file) => unwatchFile(file, look))
}

/** As the package says it. */
export function ownVersion(): string {
  const about: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof about === 'object' && about !== null && 'version' in about ? String(about.version) : ''
}

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { readSettings } from '../src/cli/read-settings.ts'
import { after, used } from '../src/cli/world.ts'
import { openSilica, type World } from '../src/main.ts'
import type { Settings } from '../src/settings.ts'

/** A whole Silica over the bundled model, on a free port, with a data folder that goes away with it. */
export interface TestSilica {
  readonly url: string
  readonly key: string
  /** An invitation to the console. */
  invite(): string
  /** Resolves when every engine is ready and at rest; the test's own time limit is its end. */
  idle(): Promise<void>
  close(): Promise<void>
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

export async function openTestSilica(
  changed: Partial<Settings> = {},
  around: Partial<World> = {},
): Promise<TestSilica> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'silica-'))
  const key = `sk-${randomBytes(16).toString('hex')}`
  const silica = await openSilica(
    {
      ...readSettings({
        flags: {},
        environment: {},
        currentFolder: dataFolder,
        homeFolder: dataFolder,
        bundledModels: resolve(import.meta.dirname, '../models'),
        consoleFolder: resolve(import.meta.dirname, '../dist/console'),
        guidesFolder: resolve(import.meta.dirname, '../docs/guides'),
        version: '0.0.0',
      }),
      port: 0,
      dataFolder,
      bundledRows: [resolve(import.meta.dirname, '../models/nano.yaml')],
      logLevel: 'silent',
      apiKeys: [key],
      ...changed,
    },
    {
      clock: Date.now,
      steady: () => performance.now(),
      after,
      used,
      randomBytes,
      log: quiet,
      watch: () => () => {},
      ...around,
    },
  )
  const { url } = await silica.listen()
  return {
    url,
    key,
    invite: () => silica.accounts.sessions.invite(),
    async idle() {
      const busy = () => {
        const states = [...silica.states().values()]
        const working = states.some(
          (state) => state.status === 'starting' || state.running + state.waiting > 0,
        )
        return working || silica.accounts.running() > 0
      }
      while (busy()) await setImmediate()
    },
    async close() {
      await silica.close()
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}

/** Process ids of the children of `parent`. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number)
}

/** Null for a process that has ended since it was listed. */
function parentOf(pid: string): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return null
  }
}

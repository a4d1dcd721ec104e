import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
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
  })
}

/** The real clock and real randomness. */
export function realWorld(log: Log): World {
  return { clock: Date.now, randomBytes, log }
}

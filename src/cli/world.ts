import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { World } from '../main.ts'
import type { LogLevel, Settings } from '../settings.ts'
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

/** The real clock, real randomness, and a log of JSON lines on standard error. */
export function realWorld(level: LogLevel): World {
  return { clock: Date.now, randomBytes, log: pino({ level, base: null }, pino.destination(2)) }
}

import { destination, type Logger, pino } from 'pino'
import { printable } from './terminal.ts'
import type { LogLevel } from '../settings.ts'

/** The operator's log, on standard error: one line of JSON each, or plainer lines where people read them as they come. */
export function openLog(level: LogLevel): Logger {
  const stderr = destination(2)
  if (!process.stderr.isTTY) return pino({ level, base: null }, stderr)
  return pino({ level, base: null }, { write: (line) => stderr.write(printable(plain(line))) })
}

function plain(line: string): string {
  const { level, time, msg, ...facts }: Record<string, unknown> = JSON.parse(line)
  const word = pino.levels.labels[Number(level)] ?? ''
  const told = Object.entries(facts).map(
    ([name, fact]) => `${name}=${typeof fact === 'string' ? fact : JSON.stringify(fact)}`,
  )
  return `${new Date(Number(time)).toLocaleTimeString('en-GB')} ${word} ${String(msg)} ${told.join(' ')}\n`
}

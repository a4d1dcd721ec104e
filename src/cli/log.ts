import { destination, type Logger, pino } from 'pino'
import { printable } from './terminal.ts'
import type { LogLevel } from '../settings.ts'

/** Lines go out together: a write of its own costs a line more than all the rest of it. In milliseconds and bytes. */
const tick = 20
const atOnce = 8192

/** The operator's log, on standard error: one line of JSON each, or plainer lines where people read them as they come. */
export function openLog(level: LogLevel): Logger {
  const stderr = destination({ dest: 2, minLength: atOnce })
  const shown = process.stderr.isTTY ? (line: string) => printable(plain(line)) : (line: string) => line
  let waiting = false
  function write(line: string): void {
    stderr.write(shown(line))
    if (waiting) return
    waiting = true
    // What is left when the process ends, pino writes then.
    setTimeout(flush, tick).unref()
  }
  function flush(): void {
    waiting = false
    stderr.flush()
  }
  return pino({ level, base: null }, { write })
}

function plain(line: string): string {
  const { level, time, msg, ...facts }: Record<string, unknown> = JSON.parse(line)
  const word = pino.levels.labels[Number(level)] ?? ''
  const told = Object.entries(facts).map(
    ([name, fact]) => `${name}=${typeof fact === 'string' ? fact : JSON.stringify(fact)}`,
  )
  return `${new Date(Number(time)).toLocaleTimeString('en-GB')} ${word} ${String(msg)} ${told.join(' ')}\n`
}

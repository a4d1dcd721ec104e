import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { doneLines } from '../../src/accounts/ledger/line.ts'

/** What the journals in a data folder hold at this moment: ids of requests that are open, or have ended. */
export interface OnDisk {
  readonly open: ReadonlySet<string>
  readonly done: ReadonlySet<string>
}

export function onDisk(dataFolder: string): OnDisk {
  const files = readdirSync(join(dataFolder, 'ledger'), { recursive: true }).map(String)
  const texts = files
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => textOf(join(dataFolder, 'ledger', file)))
  const idOf = (line: string): string => JSON.parse(line).id
  const done = new Set(texts.flatMap(doneLines).map(idOf))
  // The last line of a file may be half written.
  const whole = texts.flatMap((text) => text.split('\n').filter((line) => line.endsWith('}')))
  return { open: new Set(whole.map(idOf).filter((id) => !done.has(id))), done }
}

/** A file that is gone has been stored. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

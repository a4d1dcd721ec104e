import { spawn } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../main.ts'

const checkout = join(import.meta.dirname, '../..')
const builder = join(checkout, 'tools/build-console.ts')

/**
 * Has the console built behind the server's back where its sources are newer than what is in `folder`. Only a checkout
 * has sources; a package comes with the console. Gives what ends the build.
 */
export function buildConsole(folder: string, log: Log): () => void {
  if (!existsSync(builder) || isCurrent(folder)) return () => {}
  const child = spawn(process.execPath, [builder], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.on('error', (cause) => log.warn({ err: cause }, 'the console could not be built'))
  child.on('close', (code) => {
    if (code === 0) log.info({}, 'the console is built')
    else if (!child.killed) log.warn({ code, said }, 'the console could not be built')
  })
  return () => child.kill()
}

/** Whether the console in `folder` is no older than its sources. */
export function isCurrent(folder: string): boolean {
  const builtAt = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = globSync(['console/**', 'package-lock.json'], { cwd: checkout })
  return sources.every((source) => {
    // An editor's own files come and go.
    const changed = statSync(join(checkout, source), { throwIfNoEntry: false })
    return changed === undefined || changed.mtimeMs <= builtAt
  })
}

// `node tools/build-console.ts`: the console, from console/ to dist/console. `silica serve` runs it from a checkout where
// what is there is older than the sources.
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../console')
const target = resolve(import.meta.dirname, '../dist/console')

/** The old console is there until the new one is whole. */
export async function buildConsole(): Promise<void> {
  const draft = `${target}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  process.once('exit', () => rmSync(draft, { recursive: true, force: true }))
  await build({ root, logLevel: 'error', build: { outDir: draft, emptyOutDir: true } })
  rmSync(target, { recursive: true, force: true })
  renameSync(draft, target)
}

if (import.meta.main) {
  // A server that has it built has better things to do.
  process.once('SIGTERM', () => process.exit(1))
  setPriority(constants.priority.PRIORITY_LOW)
  await buildConsole()
}

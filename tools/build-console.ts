// `node tools/build-console.ts`: the console, from console/ to dist/console. `silica serve` runs it from a checkout where
// what is there is older than the sources.
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../console')
const target = resolve(import.meta.dirname, '../dist/console')

/** The old console is there until the new one is whole. */
export async function buildConsole(): Promise<void> {
  const draft = `${target}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    await build({ root, logLevel: 'error', build: { outDir: draft, emptyOutDir: true } })
    rmSync(target, { recursive: true, force: true })
    renameSync(draft, target)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

if (import.meta.main) await buildConsole()

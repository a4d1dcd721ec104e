// `npm run check`: what is run all day. Every step runs; the exit code says whether all passed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['types', 'tsc', '-p', '.'],
  ['console types', 'tsc', '-p', 'console'],
  ['console', 'node', 'tools/build-console.ts'],
  ['rooms', 'node', 'tools/check-rooms.ts'],
  ['unused', 'knip'],
  ['unit tests', 'vitest', 'run', '--project', 'unit'],
]

const failed: string[] = []
for (const [name, command, ...args] of steps) {
  const started = performance.now()
  const child = spawn(command, args, { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  console.log(
    `${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  )
  if (code !== 0) failed.push(name)
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exitCode = 1
}

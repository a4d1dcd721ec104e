#!/usr/bin/env node
// Plain JavaScript of 2020: whatever Node reads this must get as far as finding a new enough one.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const oldest = [22, 19]
// Nodes before this one warn of SQLite and of TypeScript, which Silica uses on purpose.
const silent = [24, 21]
const hideWarning = '--disable-warning=ExperimentalWarning'
// Node gives what is new and soon garbage up to 128 MB. With 32 a server takes 90 MB less and 3 % more CPU; with 16 it takes
// what is still in use for old, and more of both. Old garbage it leaves until there are hundreds of megabytes, and then
// until four times what is in use: sooner costs no CPU that could be measured.
const memory = ['--max-semi-space-size=16', '--initial-old-space-size=32', '--heap-growing-percent=50']
const self = fileURLToPath(import.meta.url)
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/server/main.js', import.meta.url)

if (isBefore(oldest)) {
  if (existsSync(pinned)) runWith(pinned)
  else {
    process.stderr.write(
      `silica: needs Node ${oldest.join('.')} or newer, and this is ${process.version}. ` +
        'Install a newer one, or run "npm ci" in a checkout of Silica, which brings its own.\n',
    )
    process.exitCode = 1
  }
} else if (missing().length > 0) {
  process.execve(
    process.execPath,
    [process.execPath].concat(process.execArgv, missing(), self, process.argv.slice(2)),
    // Glibc would keep freed memory apart for each of a dozen threads.
    Object.assign({ MALLOC_ARENA_MAX: '2' }, process.env),
  )
} else {
  // A start without it compiles everything anew: slower, and with tens of megabytes of what it took left behind.
  module.enableCompileCache()
  void import(existsSync(fileURLToPath(source)) ? source.href : built.href)
}

/** Flags that only a new process can be given. An operator's own word on memory holds. */
function missing() {
  const given = process.execArgv.concat(process.env.NODE_OPTIONS || '').join(' ')
  const flags = []
  if (isBefore(silent) && !given.includes(hideWarning)) flags.push(hideWarning)
  const own = process.argv[2] === 'serve' ? memory : []
  return flags.concat(own.filter((flag) => !given.includes(flag.split('=')[0])))
}

function isBefore(wanted) {
  const version = process.versions.node.split('.').map(Number)
  return version[0] < wanted[0] || (version[0] === wanted[0] && version[1] < wanted[1])
}

/** Runs this file with another Node, as if it were this process. */
function runWith(node) {
  const child = spawn(node, [self].concat(process.argv.slice(2)), { stdio: 'inherit' })
  // A terminal sends Ctrl-C to the child itself; passed on as well, it would count twice.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => terminal || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]))
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '../../bin/silica.js')

export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  /** Resolves with standard output so far once it holds `text`; rejects when the command ends without it. */
  readonly said: (text: string) => Promise<string>
  readonly ended: Promise<Ended>
}

/** A home of its own for the commands of a test: nothing of this machine's settings or data reaches them. */
export function createHome() {
  const folder = mkdtempSync(join(tmpdir(), 'silica-cli-'))
  const running: Running[] = []

  function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...environment },
    })
    let stdout = ''
    let stderr = ''
    const ended = once(child, 'close').then(([code]): Ended => ({ code, stdout, stderr }))
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const said = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const look = () => stdout.includes(text) && resolve(stdout)
        child.stdout.on('data', look)
        look()
        void ended.then(() => reject(new Error(`It ended without saying ${text}:\n${stdout}${stderr}`)))
      })
    const command = { child, said, ended }
    running.push(command)
    return command
  }

  return {
    folder,
    start,
    /** Runs a command to its end, with `input` as all that it can read. */
    run: (
      args: readonly string[],
      options: { input?: string; environment?: Readonly<Record<string, string>> } = {},
    ): Promise<Ended> => {
      const { child, ended } = start(args, options.environment)
      child.stdin?.end(options.input ?? '')
      return ended
    },
    async remove() {
      for (const { child } of running) child.kill('SIGKILL')
      await Promise.all(running.map(({ ended }) => ended))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childrenOf } from '../../tests/silica.ts'

/** `silica serve`, over the bundled model unless `flags` say more, in processes of its own, on a free port and an empty data folder. */
export interface BenchServer {
  readonly url: string
  readonly key: string
  /** Process ids of the server and of its first model, which starts with the first question. */
  readonly server: number
  readonly model: number
  stop(): void
}

/** Resolves when it listens, which is before its model is ready. */
export async function startServer(flags: readonly string[] = []): Promise<BenchServer> {
  const data = mkdtempSync(join(tmpdir(), 'silica-bench-'))
  const key = 'sk-bench-0123456789'
  const child = spawn('node', ['bin/silica.js', 'serve', '--port', '0', '--data', data, ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, SILICA_API_KEY: key },
  })
  const url = await urlOf(child)
  const server = child.pid ?? 0
  return {
    url,
    key,
    server,
    get model() {
      return childrenOf(server)[0] ?? 0
    },
    stop() {
      child.kill('SIGKILL')
      rmSync(data, { recursive: true, force: true })
    },
  }
}

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  let text = ''
  for await (const part of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += String(part)
    const found = /http:\/\/[\d.]+:\d+/.exec(text)
    if (found) {
      stdout?.resume()
      return found[0]
    }
  }
  throw new Error(`the server did not start: ${text}`)
}

/** Resident memory in MB. */
export function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

export function openFilesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

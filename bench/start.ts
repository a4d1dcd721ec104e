// What a user waits for and pays for before the first question: from `npm start` in an empty data directory to the
// first byte of a streamed answer, and the resident memory of both processes afterwards. Runs one after the other;
// medians. The bundled model, the command as npm runs it.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childrenOf } from '../tests/silica.ts'

const runs = 5
const key = 'sk-bench-0123456789'

interface Sample {
  readonly firstByte: number
  readonly server: number
  readonly model: number
}

async function sample(): Promise<Sample> {
  const data = mkdtempSync(join(tmpdir(), 'silica-bench-'))
  const started = performance.now()
  const server = spawn('node', ['bin/silica.js', 'serve', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, SILICA_API_KEY: key },
  })
  try {
    const url = await urlOf(server.stdout)
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: 'silica/nano',
        messages: [{ role: 'user', content: 'Hello!' }],
        stream: true,
      }),
    })
    await response.body?.getReader().read()
    const firstByte = performance.now() - started
    const pid = serverPid(server.pid ?? 0)
    const [model] = childrenOf(pid)
    return { firstByte, server: residentOf(pid), model: residentOf(model ?? 0) }
  } finally {
    server.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
}

/** The command may run the server as its child, when it had to find a newer Node. */
function serverPid(pid: number): number {
  const [child] = childrenOf(pid)
  return child !== undefined && childrenOf(child).length > 0 ? child : pid
}

async function urlOf(stdout: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const part of stdout) {
    text += String(part)
    const found = /http:\/\/[\d.]+:\d+/.exec(text)
    if (found) return found[0]
  }
  throw new Error(`the server did not start: ${text}`)
}

/** Resident memory in MB. */
function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const samples: Sample[] = []
for (let run = 0; run < runs; run++) samples.push(await sample())
const file = statSync('models/nano/silica-nano.gguf').size / 2 ** 20
console.log(
  `first byte after start   ${median(samples.map((one) => one.firstByte)).toFixed(0)} ms (aim 2,000)`,
)
console.log(`server process           ${median(samples.map((one) => one.server)).toFixed(0)} MB (aim 150)`)
console.log(
  `model's process          ${median(samples.map((one) => one.model)).toFixed(0)} MB (aim ${(file + 250).toFixed(0)})`,
)

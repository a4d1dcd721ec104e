import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf } from '../../tests/silica.ts'
import { cpuOf } from './engine.ts'
import { startServer } from './server.ts'

/** A server that answers chat completions, started for a measurement and stopped after it. */
export interface Rival {
  readonly name: string
  readonly url: string
  readonly key: string
  /** CPU milliseconds of all its processes so far. */
  cpu(): number
  stop(): void
}

export interface RivalOptions {
  readonly file: string
  /** The window, and for llama-server the cells of its unified cache, which are Silica's too. */
  readonly cells: number
  readonly sequences: number
  readonly threads: number
}

/** What starts each of them: Silica, and llama-server where LLAMA_SERVER is its path. */
export const starters: readonly ((options: RivalOptions) => Promise<Rival>)[] = [
  startSilica,
  ...(process.env['LLAMA_SERVER'] === undefined ? [] : [startLlamaServer]),
]

async function startSilica({ file, cells, sequences, threads }: RivalOptions): Promise<Rival> {
  const numbers = ['--sequences', sequences, '--threads', threads, '--context', cells].map(String)
  const silica = await startServer(['--model', `bench=${file}`, ...numbers])
  const { url, key, server } = silica
  const rival = { name: 'silica', url, key, stop: () => silica.stop() }
  await warmUp(rival)
  const cpu = () => [server, ...childrenOf(server)].reduce((sum, pid) => sum + cpuOf(pid), 0)
  return { ...rival, cpu }
}

/** With its own best for many callers: a slot each over one cache, and LLAMA_SERVER_FLAGS besides. */
async function startLlamaServer({ file, cells, sequences, threads }: RivalOptions): Promise<Rival> {
  const port = await freePort()
  const more = (process.env['LLAMA_SERVER_FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')
  const numbers = ['-c', cells, '-np', sequences, '-t', threads, '-tb', threads, '--port', port].map(String)
  const args = ['-m', file, '-a', 'bench', '-kvu', '--jinja', '--no-ui', ...numbers, ...more]
  const child = spawn(process.env['LLAMA_SERVER'] ?? '', args, { stdio: 'ignore' })
  const rival = {
    name: 'llama-server',
    url: `http://127.0.0.1:${port}`,
    key: 'none',
    cpu: () => cpuOf(child.pid ?? 0),
    stop: () => void child.kill('SIGKILL'),
  }
  for (let tries = 0; tries < 300; tries++) {
    const healthy = await fetch(`${rival.url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (healthy) break
    if (child.exitCode !== null) throw new Error(`llama-server ended with code ${child.exitCode}`)
    await sleep(200)
  }
  await warmUp(rival)
  return rival
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port is free')
  return address.port
}

/** Servers run for days: what they compile at first is not measured. */
async function warmUp(rival: Pick<Rival, 'url' | 'key'>): Promise<void> {
  for (let times = 0; times < 20; times++) await streamed(rival, [{ role: 'user', content: 'warm up' }], 16)
}

export interface Streamed {
  readonly text: string
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly tokens: number
  /** Milliseconds to the first token, and between the pieces that came one after the other. */
  readonly firstToken: number
  readonly gaps: readonly number[]
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[]
  readonly usage?: {
    readonly prompt_tokens: number
    readonly completion_tokens: number
    readonly prompt_tokens_details?: { readonly cached_tokens?: number }
  } | null
}

/** Asks for a stream without thought, greedily, and reads it to its end. */
export async function streamed(
  { url, key }: Pick<Rival, 'url' | 'key'>,
  messages: readonly object[],
  most: number,
): Promise<Streamed> {
  const body = {
    model: 'bench',
    messages,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: most,
    temperature: 0,
    enable_thinking: false,
    chat_template_kwargs: { enable_thinking: false },
  }
  const began = performance.now()
  let [text, promptTokens, cachedTokens, tokens, last] = ['', 0, 0, 0, 0]
  const times: number[] = []
  await eachLine(url, key, body, (line) => {
    const chunk: Chunk = JSON.parse(line)
    if (chunk.usage) {
      promptTokens = chunk.usage.prompt_tokens
      tokens = chunk.usage.completion_tokens
      cachedTokens = chunk.usage.prompt_tokens_details?.cached_tokens ?? 0
    }
    const said = chunk.choices?.[0]?.delta?.content ?? ''
    if (said === '') return
    text += said
    const now = performance.now()
    times.push(now - (last === 0 ? began : last))
    last = now
  })
  const [firstToken = 0, ...gaps] = times
  return { text, promptTokens, cachedTokens, tokens, firstToken, gaps }
}

function eachLine(url: string, key: string, body: object, take: (json: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/chat/completions`, {
      // llama-server closes connections that another question may be on its way over.
      agent: false,
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    })
    asked.on('error', reject)
    asked.on('response', (response) => {
      let rest = ''
      response.setEncoding('utf8').on('error', reject)
      response.on('data', (part: string) => {
        const lines = (rest + part).split('\n')
        rest = lines.pop() ?? ''
        if (response.statusCode !== 200) return
        for (const line of lines) if (line.startsWith('data: {')) take(line.slice('data: '.length))
      })
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${response.statusCode}: ${rest}`))
      })
    })
    asked.end(JSON.stringify(body))
  })
}

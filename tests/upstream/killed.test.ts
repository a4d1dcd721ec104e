import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { freePort, llamaServer } from './llama-server.ts'

const root = join(import.meta.dirname, '../..')
const bundled = join(root, 'models/nano/silica-nano.gguf')
/** How long replicas are killed; a minute or two tells more than a test that runs every day can. */
const seconds = Number(process.env['KILL_SECONDS'] ?? 12)
const every = 5000

/** A server that is started again whenever it dies. */
interface Replica {
  readonly url: string
  kill(): void
  answers(): Promise<boolean>
  close(): Promise<void>
}

async function keepRunning(
  port: number,
  command: string,
  flags: readonly string[],
  env = {},
): Promise<Replica> {
  let child: ChildProcess
  let wanted = true
  const start = () => {
    child = spawn(command, flags, { stdio: 'ignore', env: { ...process.env, ...env } })
    child.once('exit', () => wanted && start())
  }
  start()
  const url = `http://127.0.0.1:${port}`
  const answers = () =>
    fetch(`${url}/v1/models`).then(
      ({ status }) => status < 500,
      () => false,
    )
  while (!(await answers())) await setTimeout(100)
  return {
    answers,
    url: `${url}/v1`,
    kill: () => void child.kill('SIGKILL'),
    async close() {
      wanted = false
      // One that has just been killed has ended, or is about to.
      if (child.kill('SIGKILL') && child.exitCode === null && child.signalCode === null)
        await once(child, 'exit')
    },
  }
}

async function openFront(
  server: string,
  replicas: readonly Replica[],
  log: (line: object) => void,
): Promise<TestSilica> {
  const folder = mkdtempSync(join(tmpdir(), 'killed-'))
  const file = join(folder, 'rows.yaml')
  const lines = replicas.map(
    ({ url }) => `{ kind: upstream, server: ${server}, url: '${url}', key: { env: KEY } }`,
  )
  writeFileSync(file, `- id: silica/nano\n  engine: { kind: pool, replicas: [${lines.join(', ')}] }\n`)
  const silica = await openTestSilica(
    { models: [{ kind: 'rows', file, field: '' }], environment: { KEY: 'sk-killed' } },
    { log: { info: log, warn: log, error: log } },
  )
  rmSync(folder, { recursive: true })
  return silica
}

interface Answer {
  readonly thought: string
  readonly text: string
  readonly reason: string
  readonly tokens: number
}

/** Asks greedily, for a stream or a whole answer; throws what came instead of one. */
async function ask({ url, key }: TestSilica, body: object, stream: boolean): Promise<Answer> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'silica/nano', temperature: 0, stream, ...body }),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${text}`)
  if (!stream) {
    const { choices, usage } = JSON.parse(text)
    const { message, finish_reason: reason } = choices[0]
    const { content, reasoning_content: thought = '' } = message
    return { thought, text: content, reason, tokens: usage.completion_tokens }
  }
  if (!text.endsWith('data: [DONE]\n\n')) throw new Error(`cut: ${text.slice(-300)}`)
  const answer = { thought: '', text: '', reason: '', tokens: 0 }
  for (const line of text.split('\n\n').slice(0, -2)) {
    const { choices, usage } = JSON.parse(line.slice('data: '.length))
    const { delta, finish_reason: reason } = choices[0]
    answer.thought += delta.reasoning_content ?? ''
    answer.text += delta.content ?? ''
    answer.reason = reason ?? answer.reason
    answer.tokens = usage.completion_tokens
  }
  return answer
}

const questions = [
  'Count from 1 to 100.',
  'What is 17 + 25?',
  'What is the capital of Japan?',
  'Tell me about the sea.',
]

/**
 * Callers ask without a pause while one replica after the other is killed. Gives how many were told what the replicas
 * tell undisturbed, and what the others were told. Answers that are generated together may differ in a last digit of
 * their logits, so that more than one text can be the greedy one.
 */
async function callWhileKilling(front: TestSilica, replicas: readonly Replica[], bodies: readonly object[]) {
  const undisturbed = bodies.map(() => new Set<string>())
  const callers = 6
  for (let round = 0; round < 6; round++) {
    const asked = Array.from({ length: callers }, (_, caller) => (round + caller * 3) % bodies.length)
    const got = await Promise.all(asked.map((index) => ask(front, bodies[index] ?? {}, false)))
    for (const [at, index] of asked.entries()) undisturbed[index]?.add(JSON.stringify(got[at]))
  }
  const end = performance.now() + seconds * 1000
  const told = {
    whole: 0,
    killed: { besideAnother: 0, theLast: 0, notYetBack: 0 },
    other: new Array<string>(),
  }
  const calls = Array.from({ length: callers }, async (_, caller) => {
    for (let round = caller; performance.now() < end; round++) {
      const index = round % bodies.length
      const got = JSON.stringify(await ask(front, bodies[index] ?? {}, round % 2 === 0).catch(String))
      if (undisturbed[index]?.has(got)) told.whole++
      else told.other.push(`${got} instead of ${[...(undisturbed[index] ?? [])].join(' or ')}`)
    }
  })
  // Whether the one before is back or not: a busy machine may take longer to start one than there is between two.
  for (let next = 0; performance.now() + every < end; next = (next + 1) % replicas.length) {
    await setTimeout(every)
    const alive = await Promise.all(replicas.map((replica) => replica.answers()))
    told.killed[
      !alive[next] ? 'notYetBack' : alive.filter(Boolean).length > 1 ? 'besideAnother' : 'theLast'
    ]++
    replicas[next]?.kill()
  }
  await Promise.all(calls)
  return told
}

/** Counts answers that went on elsewhere. */
function rescueCounter() {
  let count = 0
  return {
    log: (line: object) => void (count += 'answer' in line && line.answer === 'goes on' ? 1 : 0),
    count: () => count,
  }
}

/** Has the replicas killed under callers, and everything closed again however that ends. */
async function killUnderCallers(server: string, replicas: readonly Replica[], bodies: readonly object[]) {
  const rescues = rescueCounter()
  const front = await openFront(server, replicas, rescues.log)
  try {
    const told = await callWhileKilling(front, replicas, bodies)
    console.log(
      `${told.whole} whole answers, ${rescues.count()} rescued; killed: ${JSON.stringify(told.killed)}`,
    )
    return { other: told.other, rescued: rescues.count() > 0 }
  } finally {
    await Promise.all([front.close(), ...replicas.map((replica) => replica.close())])
  }
}

const unseen = { other: [], rescued: true }
const limit = (seconds + 120) * 1000

describe('a replica that is killed every five seconds', () => {
  test('is seen by nobody: Silica behind Silica', { timeout: limit }, async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-'))
    const replicas = await Promise.all(
      [await freePort(), await freePort()].map((port) => {
        const flags = ['serve', '--port', `${port}`, '--data', join(data, `${port}`)]
        return keepRunning(port, process.execPath, [join(root, 'bin/silica.js'), ...flags], {
          SILICA_API_KEY: 'sk-killed',
        })
      }),
    )
    // The service goes on with an answer that has no thought before it.
    const bodies = questions.map((content) => ({
      messages: [{ role: 'user', content }],
      enable_thinking: false,
      max_tokens: 300,
    }))
    expect(await killUnderCallers('siliconflow', replicas, bodies)).toEqual(unseen)
    rmSync(data, { recursive: true, force: true })
  })

  test.skipIf(llamaServer === '')(
    'is seen by nobody: llama-server behind Silica',
    { timeout: limit },
    async () => {
      const replicas = await Promise.all(
        [await freePort(), await freePort()].map((port) => {
          const flags = ['--port', `${port}`, '-c', '8192', '-np', '4', '-t', '1', '--jinja']
          return keepRunning(port, llamaServer, ['-m', bundled, ...flags])
        }),
      )
      const bodies = questions.flatMap((content) =>
        [true, false].map((thinks) => ({
          messages: [{ role: 'user', content }],
          enable_thinking: thinks,
          max_tokens: 300,
        })),
      )
      expect(await killUnderCallers('llama-server', replicas, bodies)).toEqual(unseen)
    },
  )
})

// Gateways side by side on one core, before the same upstream: CPU of each request and streamed event, requests a second,
// what is added to a request's time and to an event's, and memory. The upstream and the load (C, in `gateway/`) have the
// other core. Rounds alternate between the contestants; medians. What is not installed is left out, and says how to get it.
// Usage: npm run bench -- gateway [--seconds 5] [--rounds 3] [--only Silica,"Node relay"] [--scenarios whole-1k,paced-512]
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { childrenOf } from '../tests/silica.ts'
import { type Contestant, contestants, model } from './gateway/contestants.ts'
import { residentOf } from './parts/server.ts'

interface Scenario {
  readonly name: string
  readonly body: 'small' | 'large' | 'open'
  readonly stream: boolean
  /** Milliseconds between the events of an answer; 0: all at once. */
  readonly pace: 0 | 20
  readonly connections: number
  /** Requests a second; 0: each connection asks again as soon as it has its answer. */
  readonly rate: number
}

const events = 64
const upstreamPorts = { 0: 7600, 20: 7620 } as const

const ask = { role: 'user', content: 'What is the weather in Oslo, and what shall I wear?' }
const sentence =
  'The sky over the harbour is grey, the wind comes from the west, and the ferries keep to their times. '
const talk = (turns: number) =>
  Array.from({ length: turns }, () => [
    { role: 'user', content: sentence.repeat(4) },
    { role: 'assistant', content: sentence.repeat(5) },
  ]).flat()
const tools = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    type: 'function',
    function: {
      name: `read_weather_${index}`,
      description: sentence,
      parameters: {
        type: 'object',
        properties: {
          city: { type: 'string', description: 'The city, as its people spell it' },
          unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
          days: { type: 'integer', minimum: 1, maximum: 14, description: 'How many days from today on' },
        },
        required: ['city'],
      },
    },
  }))

const small = { model, messages: [...talk(1), ask] }
const large = { model, messages: [...talk(14), ask], tools: tools(12) }

/** About 1 kB, and about 20 kB with tools, as bodies of requests; `open`: an answer that may be as long as the model likes. */
const bodies: Readonly<Record<Scenario['body'], (stream: boolean) => string>> = {
  small: (stream) => JSON.stringify({ ...small, stream, max_tokens: 256 }),
  large: (stream) => JSON.stringify({ ...large, stream, max_tokens: 256 }),
  open: (stream) => JSON.stringify({ ...small, stream }),
}
const scenarios: readonly Scenario[] = [
  { name: 'whole-1k', body: 'small', stream: false, pace: 0, connections: 64, rate: 0 },
  { name: 'whole-20k', body: 'large', stream: false, pace: 0, connections: 64, rate: 0 },
  { name: 'whole-open', body: 'open', stream: false, pace: 0, connections: 64, rate: 0 },
  { name: 'burst-1k', body: 'small', stream: true, pace: 0, connections: 64, rate: 0 },
  { name: 'paced-64', body: 'small', stream: true, pace: 20, connections: 64, rate: 0 },
  { name: 'paced-512', body: 'small', stream: true, pace: 20, connections: 512, rate: 0 },
  { name: 'paced-2048', body: 'small', stream: true, pace: 20, connections: 2048, rate: 0 },
  { name: 'delay-whole', body: 'small', stream: false, pace: 0, connections: 64, rate: 100 },
  { name: 'delay-stream', body: 'small', stream: true, pace: 20, connections: 256, rate: 50 },
]

interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** What `load.c` prints; times in microseconds. */
interface Loaded {
  readonly seconds: number
  readonly requests: number
  readonly failed: number
  readonly late: number
  readonly events: number
  readonly latency: Spread
  readonly first: Spread
  readonly delay: Spread
}

interface Round extends Loaded {
  /** CPU of the contestant, microseconds. */
  readonly cpu: number
  readonly megabytes: number
}

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    scenarios: { type: 'string', default: '' },
  },
})
const chosen = (list: string, name: string) => list === '' || list.split(',').includes(name)
const folder = mkdtempSync(join(tmpdir(), 'silica-gateway-'))
const children: ChildProcess[] = []
const here = join(import.meta.dirname, 'gateway')

try {
  for (const program of ['upstream', 'load'])
    execFileSync('cc', ['-O2', '-o', join(folder, program), join(here, `${program}.c`)])
  await run()
} finally {
  // Groups, since some of them leave children behind.
  for (const { pid, exitCode } of children)
    if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

async function run(): Promise<void> {
  for (const pace of [0, 20] as const) {
    const port = upstreamPorts[pace]
    children.push(pinned(1, join(folder, 'upstream'), [String(port), String(events), String(pace)]))
    await listening(port)
  }
  const direct: Contestant = { name: 'direct', headers: () => ({}), install: '', start: () => null }
  const fields = [direct, ...contestants.filter(({ name }) => chosen(options.only, name))]
  // One process for each pace, since most gateways know their upstream from their start.
  const running = new Map<string, { port: number; pid: number; idle: number }>()
  let port = 7700
  for (const contestant of fields)
    for (const pace of [0, 20] as const) {
      const name = `${contestant.name} ${pace}`
      if (contestant === direct) running.set(name, { port: upstreamPorts[pace], pid: 0, idle: 0 })
      else {
        const pid = await openContestant(contestant, ++port, upstreamPorts[pace])
        if (pid === 0) {
          console.log(`${contestant.name} is left out: ${contestant.install}`)
          break
        }
        running.set(name, { port, pid, idle: memoryOf(pid) })
      }
    }
  for (const scenario of scenarios.filter(({ name }) => chosen(options.scenarios, name))) {
    const rounds = new Map<string, Round[]>()
    for (let round = 0; round < Number(options.rounds); round++)
      for (const contestant of fields) {
        const at = running.get(`${contestant.name} ${scenario.pace}`)
        if (at === undefined) continue
        const before = cpuOf(at.pid)
        const loaded = await load(scenario, contestant, at.port)
        const cpu = cpuOf(at.pid) - before
        const done = { ...loaded, cpu, megabytes: memoryOf(at.pid) }
        rounds.set(contestant.name, [...(rounds.get(contestant.name) ?? []), done])
      }
    print(scenario, rounds)
  }
  console.log('\n| | MB before | MB after |\n|---|---|---|')
  for (const [name, { pid, idle }] of running)
    if (pid !== 0) console.log(`| ${name} | ${idle.toFixed(0)} | ${memoryOf(pid).toFixed(0)} |`)
}

function print({ name, stream }: Scenario, rounds: ReadonlyMap<string, readonly Round[]>): void {
  const base = rounds.get('direct') ?? []
  const heads = [
    'CPU us a request',
    'CPU us an event',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'first p50',
    'first p99',
  ]
  console.log(`\n## ${name}\n| | ${[...heads, 'event p50', 'event p99', 'lost', 'failed'].join(' | ')} |`)
  console.log(`|${'---|'.repeat(heads.length + 5)}`)
  for (const [contestant, all] of rounds) {
    const of = (read: (round: Round) => number) => median(all.map(read))
    const added = (read: (round: Round) => number) =>
      ((of(read) - (contestant === 'direct' ? 0 : median(base.map(read)))) / 1000).toFixed(2)
    const cells = [
      of(({ cpu, requests }) => cpu / requests).toFixed(1),
      stream ? of(({ cpu, events: seen }) => cpu / seen).toFixed(1) : '',
      of(({ requests, seconds }) => requests / seconds).toFixed(0),
      added(({ latency }) => latency.p50),
      added(({ latency }) => latency.p99),
      added(({ first }) => first.p50),
      added(({ first }) => first.p99),
      added(({ delay }) => delay.p50),
      added(({ delay }) => delay.p99),
      stream ? Math.max(...all.map((round) => round.requests * events - round.events)) : '',
      Math.max(...all.map(({ failed, late }) => failed + late)),
    ]
    console.log(`| ${contestant} | ${cells.join(' | ')} |`)
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, another) => one - another)[Math.floor(values.length / 2)] ?? 0
}

/** The process id, or 0 where the machine has not got it. */
async function openContestant(contestant: Contestant, port: number, upstream: number): Promise<number> {
  const own = join(folder, `${contestant.name.replaceAll(' ', '-')}-${port}`)
  mkdirSync(own)
  const command = contestant.start({ folder: own, port, upstream: `http://127.0.0.1:${upstream}` })
  if (command === null) return 0
  const child = pinned(0, command.command, command.args, command.env)
  children.push(child)
  await listening(port)
  await setTimeout(3000)
  if (child.exitCode !== null) throw new Error(`${contestant.name} ended with ${child.exitCode}`)
  return child.pid ?? 0
}

/** A process on one core, with its standard output to read. */
function pinned(
  core: number,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const child = spawn('taskset', ['-c', String(core), command, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
    cwd: folder,
    detached: true,
  })
  child.stdout?.resume()
  return child
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const socket = connect(port, '127.0.0.1')
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    await setTimeout(100)
  }
  throw new Error(`nothing listens on port ${port}`)
}

async function load(scenario: Scenario, { headers }: Contestant, port: number): Promise<Loaded> {
  const body = bodies[scenario.body](scenario.stream)
  const heads = {
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers(`http://127.0.0.1:${upstreamPorts[scenario.pace]}`),
  }
  const lines = Object.entries(heads).map(([name, value]) => `${name}: ${value}\r\n`)
  const file = join(folder, 'request')
  writeFileSync(file, `POST /v1/chat/completions HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  const { connections, rate } = scenario
  const values = [port, connections, Number(options.seconds), rate].map(String)
  const child = pinned(1, join(folder, 'load'), [...values, file])
  const parts: Buffer[] = []
  child.stdout?.on('data', (part: Buffer) => parts.push(part))
  await once(child, 'close')
  return JSON.parse(Buffer.concat(parts).toString())
}

/** Microseconds of a process and all below it. */
function cpuOf(pid: number): number {
  if (pid === 0) return 0
  // Behind the name, which may have spaces: fields 14 and 15, in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ')
  const own = (Number(fields[11]) + Number(fields[12])) * 10_000
  return own + childrenOf(pid).reduce((sum, child) => sum + cpuOf(child), 0)
}

/** Megabytes of a process and all below it. */
function memoryOf(pid: number): number {
  if (pid === 0) return 0
  return residentOf(pid) + childrenOf(pid).reduce((sum, child) => sum + memoryOf(child), 0)
}

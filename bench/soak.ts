// Whether anything is left behind, gets stuck or slows down: callers who ask the bundled model for everything in random
// mixes (thought, tools, forced calls, JSON, schemas, n, long prompts, conversations; streamed and whole) and hang up at
// random. Each answer is held to its limits (L8) and must be whole; what the engine runs must not stay above what callers
// wait for (L7). A row a minute, whose tokens depend on what the mix brings; every 500 requests the same ones come again,
// with other words, so that the CPU time of such laps can be compared. Ends with code 1 where an answer was wrong, a
// sequence stuck, memory or files leaked, or the last laps took a seventh longer than the first.
// Usage: npm run bench -- soak [minutes] [callers] [seed]
import { setTimeout as sleep } from 'node:timers/promises'
import type { Asked } from './parts/mixed-calls.ts'
import { call, mixOf } from './parts/mixed-calls.ts'
import { cpuOf, quantile } from './parts/engine.ts'
import { openFilesOf, residentOf, startServer } from './parts/server.ts'

const [minutes = 30, callers = 32, seed = 1] = process.argv.slice(2).map(Number)

interface Row {
  readonly whole: number
  readonly left: number
  readonly refused: number
  readonly wrong: number
  readonly perSecond: number
  readonly perCpuSecond: number
  readonly running: number
  readonly serverMegabytes: number
  readonly serverFiles: number
  readonly modelMegabytes: number
  readonly modelFiles: number
}

const silica = await startServer()
const lap = 500
const next = mixOf(seed, lap)
/** CPU milliseconds of the model's process at the beginning of each lap. */
const laps: number[] = []
let asks = 0
const open = new Set<Asked>()
const faults: string[] = []
let counts = { whole: 0, left: 0, refused: 0, wrong: 0, tokens: 0 }
let over = false
await call(silica, next(), () => {})
const atRest = openFilesOf(silica.server)
const rows: Row[] = []
console.log(
  'minute  whole   left  refused  wrong  tokens/s  tokens/CPU s  running  server MB  files  model MB  files',
)
try {
  const working = Array.from({ length: callers }, () => work())
  const watching = watch()
  for (let minute = 1; minute <= minutes; minute++) report(await pass(minute))
  over = true
  await Promise.all(working)
  await watching
  await sleep(5000)
  const { running, waiting } = await load()
  if (running + waiting > 0) faults.push(`${running} running and ${waiting} waiting after the last answer`)
  judge()
} finally {
  silica.stop()
}
for (const fault of faults.slice(0, 20)) console.log(fault)
console.log(faults.length === 0 ? 'no faults' : `${faults.length} faults`)
process.exitCode = faults.length === 0 ? 0 : 1

async function work(): Promise<void> {
  while (!over) {
    if (asks++ % lap === 0) laps.push(cpuOf(silica.model))
    const asked = next()
    open.add(asked)
    const outcome = await call(silica, asked, (tokens) => (counts.tokens += tokens))
    open.delete(asked)
    counts[outcome.kind] += 1
    if (outcome.kind === 'wrong') faults.push(outcome.why)
  }
}

async function pass(minute: number): Promise<Row> {
  counts = { whole: 0, left: 0, refused: 0, wrong: 0, tokens: 0 }
  const [began, cpu] = [performance.now(), cpuOf(silica.model)]
  await sleep(60_000)
  const seconds = (performance.now() - began) / 1000
  const row = {
    ...counts,
    perSecond: counts.tokens / seconds,
    perCpuSecond: (counts.tokens / (cpuOf(silica.model) - cpu)) * 1000,
    running: (await load()).running,
    serverMegabytes: residentOf(silica.server),
    serverFiles: openFilesOf(silica.server),
    modelMegabytes: residentOf(silica.model),
    modelFiles: openFilesOf(silica.model),
  }
  rows.push(row)
  process.stdout.write(String(minute).padStart(6))
  return row
}

function report(row: Row): void {
  const columns = [
    [row.whole, 7],
    [row.left, 7],
    [row.refused, 9],
    [row.wrong, 7],
    [row.perSecond, 10],
    [row.perCpuSecond, 14],
    [row.running, 9],
    [row.serverMegabytes, 11],
    [row.serverFiles, 7],
    [row.modelMegabytes, 10],
    [row.modelFiles, 7],
  ] as const
  console.log(columns.map(([value, width]) => value.toFixed(0).padStart(width)).join(''))
}

/** What runs may be more than what is asked for a moment after callers have left, but not for ten looks in a row. */
async function watch(): Promise<void> {
  let looks = 0
  while (!over) {
    await sleep(1000)
    const { running, waiting } = await load()
    const wanted = Array.from(open).reduce((sum, { choices }) => sum + choices, 0)
    looks = running + waiting > wanted ? looks + 1 : 0
    if (looks === 10) faults.push(`${running} running and ${waiting} waiting for ${wanted} that are wanted`)
  }
}

async function load(): Promise<{ running: number; waiting: number }> {
  const response = await fetch(`${silica.url}/health`)
  const health: { models: { id: string; running: number; waiting: number }[] } = JSON.parse(
    await response.text(),
  )
  return health.models.find(({ id }) => id === 'silica/nano') ?? { running: 0, waiting: 0 }
}

function judge(): void {
  const count = Math.min(5, Math.ceil(rows.length / 2))
  const median = (of: readonly Row[], part: keyof Row) =>
    quantile(
      of.map((row) => row[part]),
      0.5,
    )
  // The first minute fills caches.
  const first = rows.slice(rows.length > count ? 1 : 0, count + 1)
  const last = rows.slice(-count)
  const line = (name: string, part: keyof Row): readonly [number, number] => {
    const [before, after] = [median(first, part), median(last, part)]
    console.log(
      `${name.padEnd(20)} first ${before.toFixed(0).padStart(6)}   last ${after.toFixed(0).padStart(6)}   ratio ${(after / before).toFixed(2)}`,
    )
    return [before, after]
  }
  const times = laps.slice(1).map((end, index) => (end - (laps[index] ?? 0)) / 1000)
  const few = Math.ceil(times.length / 4)
  // The first one fills caches.
  const [fast, slow] = [quantile(times.slice(1, few + 1), 0.5), quantile(times.slice(-few), 0.5)]
  console.log(`CPU s of ${times.length} laps: ${times.map((time) => time.toFixed(1)).join(' ')}`)
  console.log(`first ${fast.toFixed(1)}   last ${slow.toFixed(1)}   ratio ${(slow / fast).toFixed(2)}`)
  const server = line('server MB', 'serverMegabytes')
  const model = line('model MB', 'modelMegabytes')
  if (slow > fast * (7 / 6)) faults.push('it became slower')
  if (server[1] > server[0] * 1.25 + 20) faults.push("the server's memory grew")
  if (model[1] > model[0] * 1.1 + 20) faults.push("the model's memory grew")
  if (openFilesOf(silica.server) > atRest + callers + 10) faults.push('the server left files open')
  if (median(last, 'modelFiles') > median(first, 'modelFiles')) faults.push('the model left files open')
}

import { untuned } from '../src/chat/tuning.ts'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Engine } from '../src/chat/engine.ts'
import { llamaEngine } from '../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../src/engines/llama/model-file.ts'
import { aPrompt, asks } from '../tests/contract/prompts.ts'
import { hundredMillion, writeRandomModel } from '../tests/models/random-model.ts'
import type { Measured } from './parts/plain-loop.ts'
import { singly } from '../tests/contract/batches.ts'

// What the engine costs over the libraries it drives: decode of a model of 100 million parameters through the engine's
// process and through a plain loop, in turns, so that other work on the machine disturbs both alike. CPU time is the
// model's process alone. Usage: npm run bench -- decode [threads] [rounds] [model file]

const threads = Number(process.argv[2] ?? 1)
const rounds = Number(process.argv[3] ?? 5)
const folder = fileURLToPath(new URL('.models', import.meta.url))
const file = process.argv[4] ?? `${folder}/random-100m-q8.gguf`
const never = new AbortController().signal

mkdirSync(folder, { recursive: true })
if (!existsSync(file)) writeRandomModel(file, hundredMillion)

let pid = 0
const engine = llamaEngine({
  name: 'bench',
  file,
  template: readModelFile(file).template,
  contextLength: 2048,
  sequences: 8,
  threads,
  ...untuned,
  queue: 0,
  log: (line) => {
    if (line.event === 'started') pid = line.pid
  },
})
await answer(engine, 1, 16)
for (const [sequences, steps] of [
  [1, 160],
  [8, 40],
] as const) {
  const pairs: { plain: Measured; ours: Measured }[] = []
  for (let round = 0; round < rounds; round++)
    pairs.push({ plain: await plain(sequences, steps), ours: await answer(engine, sequences, steps) })
  report(sequences, pairs)
}
await engine.close()

async function plain(sequences: number, steps: number): Promise<Measured> {
  const args = [file, threads, sequences, steps].map(String)
  const child = fork(new URL('parts/plain-loop.ts', import.meta.url), args, {
    env: { UV_THREADPOOL_SIZE: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const [measured] = await once(child, 'message')
  await once(child, 'exit')
  return measured
}

/** Measured from when the last of the prompts has been read: the plain loop reads none. */
async function answer(of: Engine, sequences: number, steps: number): Promise<Measured> {
  const sampling = { ...aPrompt.sampling, temperature: 0 }
  let [unread, tokens, began, cpu] = [sequences, 0, 0, 0]
  const read = async (index: number): Promise<void> => {
    const prompt = { ...asks(`Hello ${index}`), sampling, answerLimit: steps }
    for await (const event of singly(of.answer(prompt, never))) {
      if (event.type === 'text' && unread === 0) tokens += event.tokens
      if (event.type === 'prompt' && --unread === 0) [began, cpu] = [performance.now(), cpuOf(pid)]
    }
  }
  await Promise.all(Array.from({ length: sequences }, (_, index) => read(index)))
  return { tokens, ms: performance.now() - began, cpuMs: cpuOf(pid) - cpu }
}

/** CPU milliseconds of a process so far; Linux counts them in hundredths of a second. */
function cpuOf(processId: number): number {
  const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function report(sequences: number, pairs: readonly { plain: Measured; ours: Measured }[]): void {
  const line = (name: string, of: (pair: { plain: Measured; ours: Measured }) => number): void =>
    console.log(`  ${name.padEnd(28)}${median(pairs.map(of)).toFixed(2)}`)
  console.log(
    `${sequences} sequence${sequences === 1 ? '' : 's'}, ${threads} thread${threads === 1 ? '' : 's'}`,
  )
  line('plain loop, tokens/s', ({ plain: { tokens, ms } }) => (tokens / ms) * 1000)
  line('engine, tokens/s', ({ ours: { tokens, ms } }) => (tokens / ms) * 1000)
  line('plain loop, CPU us/token', ({ plain: { tokens, cpuMs } }) => (cpuMs / tokens) * 1000)
  line('engine, CPU us/token', ({ ours: { tokens, cpuMs } }) => (cpuMs / tokens) * 1000)
  line(
    'engine / plain loop, CPU',
    (pair) => pair.ours.cpuMs / pair.ours.tokens / (pair.plain.cpuMs / pair.plain.tokens),
  )
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

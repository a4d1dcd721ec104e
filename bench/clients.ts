// Through HTTP with streaming: 1, 8 and 32 clients at once, prompts of 20, 150 and 600 tokens in turn that have nothing in
// common, answers of 48, 80, 64, 32 and 96. Silica and llama-server in turns, each started anew for every round, over the
// same model, with as many sequences, cells and threads: tokens said per second on the clock and of CPU time, milliseconds
// to the first token and between tokens; medians of rounds. Without LLAMA_SERVER Silica alone is measured.
// llama-server is built as `batched.ts` says, with its name as the target; LLAMA_SERVER_FLAGS are added to its own.
// Usage: LLAMA_SERVER=<path> npm run bench -- clients [100m, qwen-q8 or qwen-q4] [rounds] [threads] [requests a client]
// [tokens of every answer]
import { letters, quantile, shapedModel } from './parts/engine.ts'
import type { Rival, Streamed } from './parts/rivals.ts'
import { starters, streamed } from './parts/rivals.ts'

const [model = '100m', ...numbers] = process.argv.slice(2)
const [rounds = 3, threads = 2, requests = 4, answerTokens] = numbers.map(Number)
const cells = 16_384
const lengths = [20, 150, 600]
// Where all answers are as long, clients that begin at once go on in step, and no prompt is read beside an answer.
const limits = answerTokens === undefined ? [48, 80, 64, 32, 96] : [answerTokens]
const options = { file: shapedModel(model, cells), cells, sequences: 32, threads }

interface Measured {
  readonly perSecond: number
  readonly perCpuSecond: number
  readonly firstMedian: number
  readonly firstWorst: number
  readonly gapMedian: number
  readonly gapWorst: number
}

const found = new Map<string, Measured[]>()
for (let round = 0; round < rounds; round++)
  for (const start of starters) {
    const rival = await start(options)
    try {
      for (const clients of [1, 8, 32]) {
        const name = `${String(clients).padStart(7)}  ${rival.name.padEnd(13)}`
        found.set(name, [...(found.get(name) ?? []), await measure(rival, clients, round)])
      }
    } finally {
      rival.stop()
    }
  }

console.log(`${model}, ${threads} threads, ${rounds} rounds of ${requests} requests a client`)
console.log(
  'clients  server        tokens/s  tokens/CPU s  first token ms: p50     p99  between tokens ms: p50    p99',
)
for (const name of Array.from(found.keys()).toSorted()) {
  const of = (part: keyof Measured, width: number, digits: number): string =>
    quantile(
      (found.get(name) ?? []).map((one) => one[part]),
      0.5,
    )
      .toFixed(digits)
      .padStart(width)
  console.log(
    name +
      of('perSecond', 9, 1) +
      of('perCpuSecond', 14, 1) +
      of('firstMedian', 21, 0) +
      of('firstWorst', 8, 0) +
      of('gapMedian', 25, 1) +
      of('gapWorst', 7, 0),
  )
}

async function measure(rival: Rival, clients: number, round: number): Promise<Measured> {
  const [began, cpu] = [performance.now(), rival.cpu()]
  const answers: Streamed[] = []
  const client = async (index: number): Promise<void> => {
    for (let count = 0; count < requests; count++) {
      const seed = round * 10_000 + clients * 200 + index * requests + count
      const content = letters(lengths[(index + count) % lengths.length] ?? 0, seed)
      const limit = limits[(index * 3 + count * 2) % limits.length] ?? 0
      answers.push(await streamed(rival, [{ role: 'user', content }], limit))
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  const tokens = answers.reduce((sum, answer) => sum + answer.tokens, 0)
  const first = answers.map(({ firstToken }) => firstToken)
  const gaps = answers.flatMap((answer) => answer.gaps)
  return {
    perSecond: (tokens / (performance.now() - began)) * 1000,
    perCpuSecond: (tokens / (rival.cpu() - cpu)) * 1000,
    firstMedian: quantile(first, 0.5),
    firstWorst: quantile(first, 0.99),
    gapMedian: quantile(gaps, 0.5),
    gapWorst: quantile(gaps, 0.99),
  }
}

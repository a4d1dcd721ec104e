// How long a reader waits for the next token while others' prompts are read: the gaps between the tokens of one answer,
// alone and beside a prompt of 4,000 tokens, and how long such a prompt takes alone and beside the answer.
// Usage: npm run bench -- steps [threads] [rounds]
import type { BenchEngine, Span } from './parts/engine.ts'
import { letters, quantile, says, span, startEngine, timed } from './parts/engine.ts'
import { singly } from '../tests/contract/batches.ts'

const [threads = 1, rounds = 3] = process.argv.slice(2).map(Number)
const started = await startEngine(8192, 4, threads)
const gaps = { alone: new Array<Span>(), beside: new Array<Span>() }
const prompts = { alone: new Array<Span>(), beside: new Array<Span>() }
for (let round = 0; round < rounds; round++) {
  gaps.alone.push(
    ...(await gapsWhile(started, () => timed(started, started.prompt([says('wait')], { answerLimit: 80 })))),
  )
  prompts.alone.push(await readPrompt(started, round * 2))
  gaps.beside.push(
    ...(await gapsWhile(started, async () => {
      prompts.beside.push(await readPrompt(started, round * 2 + 1))
    })),
  )
}
await started.engine.close()
console.log('ms'.padEnd(50), '     p50     p99     max   CPU: p50     p99     max')
report('between tokens, beside another answer', gaps.alone)
report('between tokens, beside a prompt of 4,000 tokens', gaps.beside)
report('a prompt of 4,000 tokens, alone', prompts.alone)
report('a prompt of 4,000 tokens, beside an answer', prompts.beside)

function report(name: string, spans: readonly Span[]): void {
  const columns = (values: readonly number[]): string =>
    [0.5, 0.99, 1].map((part) => quantile(values, part).toFixed(0).padStart(8)).join('')
  console.log(
    name.padEnd(50),
    columns(spans.map(({ wall }) => wall)),
    '   ',
    columns(spans.map(({ cpu }) => cpu)),
  )
}

/** Until a new prompt of 4,000 tokens has its first token. */
async function readPrompt(of: BenchEngine, seed: number): Promise<Span> {
  return (await timed(of, of.prompt([says(letters(4000, seed + 900))], { answerLimit: 1 }))).firstToken
}

/** The gaps between the tokens of an answer that goes on until `run` is over. */
async function gapsWhile(of: BenchEngine, run: () => Promise<unknown>): Promise<Span[]> {
  const leave = new AbortController()
  const answer = of.engine.answer(of.prompt([says('and on')], { answerLimit: 8000 }), leave.signal)
  const found: Span[] = []
  let last: Span | null = null
  let over: Promise<void> | null = null
  try {
    for await (const event of singly(answer)) {
      if (event.type !== 'text') continue
      over ??= run().then(() => leave.abort())
      const now = span(of)
      if (last !== null) found.push({ wall: now.wall - last.wall, cpu: now.cpu - last.cpu })
      last = now
    }
  } catch (error) {
    if (error !== leave.signal.reason) throw error
  }
  await over
  return found
}

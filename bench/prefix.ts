// What is not read again. First: one request with n = 8 beside eight equal requests and eight different ones. Then agents:
// four at once, each with the same system prompt and tools of 4,000 tokens and turns that add an answer and a tool's
// result; with the cache, and without it, which is the same with a first word of the prompt that nobody had before.
// Usage: npm run bench -- prefix [threads] [turns] [turns without the cache]
import type { Message, Prompt } from '../src/chat/request.ts'
import type { BenchEngine, Timed } from './parts/engine.ts'
import { letters, quantile, says, span, startEngine, timed } from './parts/engine.ts'

const [threads = 1, turns = 10, coldTurns = 3] = process.argv.slice(2).map(Number)
const agents = 4
const cells = 16_384

await choices()
await trace(`${agents} agents, with the cache`, turns, true)
await trace(`${agents} agents, without it`, coldTurns, false)

async function choices(): Promise<void> {
  const started = await startEngine(cells, 8, threads)
  const eight = Array.from({ length: 8 }, (_, index) => index)
  const ask = (seed: number, changed: Partial<Prompt> = {}): Prompt =>
    started.prompt([says(letters(1000, seed))], { answerLimit: 1, ...changed })
  console.log('prompts of 1,000 tokens'.padEnd(30), 'tokens read   CPU s')
  for (let round = 0; round < 3; round++) {
    const seed = 100 * (round + 1)
    await measure(started, 'one request, n = 8', [ask(seed, { choices: 8 })])
    await measure(
      started,
      'eight equal requests',
      eight.map(() => ask(seed + 1)),
    )
    await measure(
      started,
      'eight different requests',
      eight.map((index) => ask(seed + 2 + index)),
    )
  }
  await started.engine.close()
}

async function measure(started: BenchEngine, name: string, prompts: readonly Prompt[]): Promise<void> {
  const began = span(started)
  const answers = await Promise.all(prompts.map((prompt) => timed(started, prompt)))
  const { cpu } = span(started, began)
  const read = answers.reduce((sum, { promptTokens, cachedTokens }) => sum + promptTokens - cachedTokens, 0)
  console.log(name.padEnd(30), String(read).padStart(11), (cpu / 1000).toFixed(2).padStart(7))
}

async function trace(name: string, count: number, cached: boolean): Promise<void> {
  const started = await startEngine(cells, agents, threads)
  const began = span(started)
  const all = await Promise.all(
    Array.from({ length: agents }, (_, agent) => work(started, agent, count, cached)),
  )
  console.log(`\n${name}: CPU ${(span(started, began).cpu / 1000).toFixed(1)} s`)
  console.log('turn   prompt   cached   first token, CPU s: median   worst   on the clock: median   worst')
  for (let turn = 0; turn < count; turn++) {
    const answers = all.flatMap((each) => each.slice(turn, turn + 1))
    const columns = [
      [median(answers, ({ promptTokens }) => promptTokens), 9, 0],
      [median(answers, ({ cachedTokens }) => cachedTokens), 9, 0],
      [median(answers, ({ firstToken }) => firstToken.cpu / 1000), 28, 2],
      [Math.max(...answers.map(({ firstToken }) => firstToken.cpu / 1000)), 8, 2],
      [median(answers, ({ firstToken }) => firstToken.wall / 1000), 23, 2],
      [Math.max(...answers.map(({ firstToken }) => firstToken.wall / 1000)), 8, 2],
    ] as const
    console.log(
      String(turn + 1).padEnd(4) +
        columns.map(([value, width, digits]) => value.toFixed(digits).padStart(width)).join(''),
    )
  }
  await started.engine.close()
}

function median(answers: readonly Timed[], of: (answer: Timed) => number): number {
  return quantile(answers.map(of), 0.5)
}

async function work(started: BenchEngine, agent: number, count: number, cached: boolean): Promise<Timed[]> {
  const answers: Timed[] = []
  const messages: Message[] = [says(letters(50, agent + 10))]
  for (let turn = 0; turn < count; turn++) {
    const fresh = cached ? '' : letters(8, 1000 + agent * 100 + turn)
    const system: Message = { role: 'system', text: fresh + letters(4000, 1) }
    const answer = await timed(started, started.prompt([system, ...messages], { answerLimit: 40 }))
    answers.push(answer)
    const call = { id: 'call', name: 'look', arguments: '{"at":"it"}' }
    messages.push({ role: 'assistant', reasoning: '', text: answer.text, calls: [call] })
    messages.push({ role: 'tool', callId: 'call', text: letters(150, agent * 100 + turn) })
  }
  return answers
}

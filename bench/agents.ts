// The trace of agents, through HTTP with streaming: four at once, each with the same system prompt and tools of 4,000
// tokens and turns that add an answer of 40 tokens and a tool's result of 150. Silica and llama-server in turns, each
// started anew for every round: milliseconds to the first token in each turn, and of how many tokens of the prompt it had
// no need to read; medians over agents and rounds. Each answer is told as it comes. Without LLAMA_SERVER Silica alone is
// measured. The cells are as many as four whole prompts of the last turn take, which llama-server fills. A round of six
// turns over both takes less than two minutes on two cores.
// llama-server is built as `batched.ts` says, with its name as the target; LLAMA_SERVER_FLAGS are added to its own.
// Usage: LLAMA_SERVER=<path> npm run bench -- agents [100m, qwen-q8 or qwen-q4] [rounds] [threads] [turns]
import { letters, quantile, shapedModel } from './parts/engine.ts'
import type { Rival, Streamed } from './parts/rivals.ts'
import { starters, streamed } from './parts/rivals.ts'

const [model = '100m', ...numbers] = process.argv.slice(2)
const [rounds = 3, threads = 2, turns = 10] = numbers.map(Number)
const agents = 4
const cells = 32_768
const options = { file: shapedModel(model, cells), cells, sequences: 8, threads }

interface Trace {
  readonly name: string
  readonly cpuSeconds: number
  /** By turn, the answers of all agents. */
  readonly turns: readonly (readonly Streamed[])[]
}

const traces: Trace[] = []
for (let round = 0; round < rounds; round++)
  for (const start of starters) {
    const rival = await start(options)
    try {
      const before = rival.cpu()
      const all = await Promise.all(Array.from({ length: agents }, (_, agent) => work(rival, agent)))
      traces.push({
        name: rival.name,
        cpuSeconds: (rival.cpu() - before) / 1000,
        turns: Array.from({ length: turns }, (_, turn) => all.flatMap((each) => each.slice(turn, turn + 1))),
      })
    } finally {
      rival.stop()
    }
  }

console.log(`${model}, ${threads} threads, ${rounds} rounds`)
for (const name of new Set(traces.map((trace) => trace.name))) {
  const own = traces.filter((trace) => trace.name === name)
  console.log(
    `\n${name}: CPU ${quantile(
      own.map((trace) => trace.cpuSeconds),
      0.5,
    ).toFixed(1)} s a round`,
  )
  console.log('turn   prompt   cached   first token ms: median    worst')
  for (let turn = 0; turn < turns; turn++) {
    const answers = own.flatMap((trace) => trace.turns[turn] ?? [])
    const of = (part: 'promptTokens' | 'cachedTokens' | 'firstToken', at: number, width: number): string =>
      quantile(
        answers.map((answer) => answer[part]),
        at,
      )
        .toFixed(0)
        .padStart(width)
    const columns = [of('promptTokens', 0.5, 9), of('cachedTokens', 0.5, 9), of('firstToken', 0.5, 25)]
    console.log(String(turn + 1).padEnd(4) + columns.join('') + of('firstToken', 1, 9))
  }
}

async function work(rival: Rival, agent: number): Promise<Streamed[]> {
  const answers: Streamed[] = []
  const messages: object[] = [
    { role: 'system', content: letters(4000, 1) },
    { role: 'user', content: letters(50, agent + 10) },
  ]
  for (let turn = 0; turn < turns; turn++) {
    const answer = await streamed(rival, messages, 40)
    answers.push(answer)
    const { promptTokens, cachedTokens, firstToken, tokens } = answer
    if (tokens === 0) throw new Error(`${rival.name} broke off an answer`)
    console.error(
      `${rival.name}: agent ${agent + 1}, turn ${turn + 1}, ${promptTokens} tokens, ${cachedTokens} cached, first after ${firstToken.toFixed(0)} ms`,
    )
    const call = { id: 'call', type: 'function', function: { name: 'look', arguments: '{"at":"it"}' } }
    messages.push({ role: 'assistant', content: answer.text, tool_calls: [call] })
    messages.push({ role: 'tool', tool_call_id: 'call', content: letters(150, agent * 100 + turn) })
  }
  return answers
}

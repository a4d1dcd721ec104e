// What guessing is worth: answers that repeat their prompt, answers that do not, and 1, 4 and 8 at once, with guesses and
// without in turns, in one process of one thread. CPU milliseconds for each token said, and tokens for each step; medians.
// Usage: npm run bench -- guesses [model file, or a shape: 100m, qwen-q8, qwen-q4] [rounds] [tokens]
import { bindLlama } from '../src/engines/llama/bindings.ts'
import { findLibraries } from '../src/engines/llama/libraries.ts'
import type { FromProcess } from '../src/engines/llama/messages.ts'
import { loadModel } from '../src/engines/llama/process/loaded-model.ts'
import { StepLoop } from '../src/engines/llama/process/loop.ts'
import { untuned } from '../src/chat/tuning.ts'
import { aTask } from '../tests/engines/llama/a-task.ts'
import { quantile, shapedModel } from './parts/engine.ts'

const [name = 'models/nano/silica-nano.gguf', rounds = '3', most = '120'] = process.argv.slice(2)
const contextLength = 2048
const file = shapedModel(name, contextLength)
const options = { ...untuned, file, contextLength, sequences: 8, cells: contextLength * 2, threads: 1 }
const model = loadModel(bindLlama(findLibraries()), options)
let steps = 0
const counted = { ...model, decode: () => ((steps += 1), model.decode()) }

const text =
  'The old harbour town wakes early. Boats leave before dawn, and the market opens when they return at nine. ' +
  'Children carry bread up the hill, past the blue door of the school, where Anna teaches them to read and count.'
const data = JSON.stringify({
  city: 'Oslo',
  days: 3,
  units: 'metric',
  places: ['harbour', 'market', 'school'],
})
const questions: readonly (readonly [string, string])[] = [
  ['repeat a text', `Repeat this text word for word: ${text}`],
  ['repeat JSON', `Write this JSON again: ${data}`],
  ['a question', 'Tell me a story about the sea.'],
]

interface Measured {
  readonly ms: number
  readonly tokens: number
  readonly steps: number
}

console.log('                  at once   CPU ms/token: without   with   ratio   tokens/step: without   with')
for (const [kind, question] of questions)
  for (const atOnce of [1, 4, 8]) {
    const pairs = Array.from({ length: Number(rounds) }, (_, round) => {
      const asked = Array.from({ length: atOnce }, (_each, index) => `${question} (${round * 8 + index})`)
      return { without: answer(asked, false), with: answer(asked, true) }
    })
    const median = (of: (pair: (typeof pairs)[number]) => number, width: number, digits: number) =>
      quantile(pairs.map(of), 0.5).toFixed(digits).padStart(width)
    console.log(
      kind.padEnd(18) +
        String(atOnce).padStart(7) +
        median(({ without: { ms, tokens } }) => ms / tokens, 24, 2) +
        median((pair) => pair.with.ms / pair.with.tokens, 7, 2) +
        median((pair) => pair.with.ms / pair.with.tokens / (pair.without.ms / pair.without.tokens), 8, 2) +
        median(({ without }) => without.tokens / without.steps, 23, 2) +
        median((pair) => pair.with.tokens / pair.with.steps, 7, 2),
    )
  }

/** Measured from when the last prompt has been read. */
function answer(asked: readonly string[], guesses: boolean): Measured {
  for (let slot = 0; slot < model.cache.slots; slot++) model.cache.clear(slot)
  let next: (() => void) | null = null
  let [unread, tokens] = [asked.length, 0]
  let began = { cpu: process.cpuUsage(), steps }
  const loop = new StepLoop(counted, {
    contextLength,
    sequences: options.sequences,
    shelfBytes: 0,
    patience: 1000,
    guesses,
    send: (message) => take(message),
    now: () => performance.now(),
    turn: (run) => (next = run),
  })
  const take = (message: FromProcess): void => {
    if (message.type !== 'said') return
    for (const { event } of message.said) {
      if (event.type === 'text' && unread === 0) tokens += event.tokens
      if (event.type === 'prompt' && --unread === 0) began = { cpu: process.cpuUsage(), steps }
    }
  }
  for (const [id, question] of asked.entries()) {
    const prompt = `<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n`
    loop.start(id, { ...aTask, window: contextLength, prompt: [prompt], answerLimit: Number(most) })
  }
  for (let run = pull(); run !== null; run = pull()) run()
  const { user, system } = process.cpuUsage(began.cpu)
  return { ms: (user + system) / 1000, tokens, steps: steps - began.steps }

  function pull(): (() => void) | null {
    const run = next
    next = null
    return run
  }
}

import { untuned } from '../../src/chat/tuning.ts'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Engine } from '../../src/chat/engine.ts'
import type { Message, Prompt } from '../../src/chat/request.ts'
import { llamaEngineWithCells } from '../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../src/engines/llama/model-file.ts'
import { aModel, aPrompt } from '../../tests/contract/prompts.ts'
import { singly } from '../../tests/contract/batches.ts'
import type { RandomModel } from '../../tests/models/random-model.ts'
import { hundredMillion, qwenSmall, writeRandomModel } from '../../tests/models/random-model.ts'

/** An engine over a random model, whose window is as large as its cache. */
export interface BenchEngine {
  readonly engine: Engine
  readonly prompt: (messages: readonly Message[], changed?: Partial<Prompt>) => Prompt
  /** CPU milliseconds of the model's process so far. */
  cpu(): number
}

const folder = fileURLToPath(new URL('../.models', import.meta.url))

const shapes: Readonly<Record<string, RandomModel>> = {
  '100m': hundredMillion,
  'qwen-q8': qwenSmall,
  'qwen-q4': { ...qwenSmall, weights: 'q4_0' },
}

/** The path of a model of one of these shapes, which is written once for each window, or `name` itself. */
export function shapedModel(name: string, contextLength: number): string {
  const shape = shapes[name]
  if (shape === undefined) return name
  const file = `${folder}/random-${name}-${contextLength}.gguf`
  mkdirSync(folder, { recursive: true })
  if (!existsSync(file)) writeRandomModel(file, { ...shape, contextLength })
  return file
}

/** Resolves when the model has answered once. */
export async function startEngine(
  cells: number,
  sequences: number,
  threads: number,
  model = '100m',
): Promise<BenchEngine> {
  const path = shapedModel(model, cells)
  const file = readModelFile(path)
  let pid = 0
  const engine = llamaEngineWithCells(
    {
      name: 'bench',
      file: path,
      template: file.template,
      contextLength: cells,
      sequences,
      threads,
      ...untuned,
      queue: 100,
      log: (line) => {
        if (line.event === 'started') pid = line.pid
      },
    },
    file,
    cells,
  )
  const row = { ...aModel, contextLength: cells }
  const sampling = { ...aPrompt.sampling, temperature: 0 }
  const started: BenchEngine = {
    engine,
    prompt: (messages, changed = {}) => ({ ...aPrompt, model: row, sampling, messages, ...changed }),
    cpu: () => cpuOf(pid),
  }
  for await (const _ of engine.answer(started.prompt([says('warm up')]), new AbortController().signal));
  return started
}

export interface Timed {
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly text: string
  /** From the question to the first token. */
  readonly firstToken: Span
}

/**
 * Milliseconds on the clock and of CPU time of the model's process. That process never waits while it has work: with one
 * thread the second is what the first would be on an idle machine.
 */
export interface Span {
  readonly wall: number
  readonly cpu: number
}

export function span(of: BenchEngine, since: Span = { wall: 0, cpu: 0 }): Span {
  return { wall: performance.now() - since.wall, cpu: of.cpu() - since.cpu }
}

/** Asks and reads the whole answer; of several choices the first one's. */
export async function timed(of: BenchEngine, prompt: Prompt): Promise<Timed> {
  const began = span(of)
  let [promptTokens, cachedTokens, text, firstToken] = [0, 0, '', began]
  for await (const event of singly(of.engine.answer(prompt, new AbortController().signal))) {
    if (event.choice !== 0) continue
    if (event.type === 'text') text += event.text
    if (event.type === 'prompt')
      [promptTokens, cachedTokens, firstToken] = [event.tokens, event.cached, span(of, began)]
  }
  return { promptTokens, cachedTokens, text, firstToken }
}

export function says(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] }
}

/** A text of so many tokens: the model's tokenizer has no word of capital letters. */
export function letters(count: number, seed: number): string {
  let state = seed * 2_654_435_761 + 12_345
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return String.fromCharCode(65 + ((state >>> 16) % 26))
  }).join('')
}

/** CPU milliseconds of a process so far, as the scheduler counts them. */
export function cpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce(
    (sum, thread) =>
      sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  )
}

export function quantile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

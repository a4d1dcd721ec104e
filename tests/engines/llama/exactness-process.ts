import { untuned } from '../../../src/chat/tuning.ts'
import type { Pointer } from '../../../src/engines/llama/bindings.ts'
import { bindLlama, readFloats } from '../../../src/engines/llama/bindings.ts'
import { findLibraries } from '../../../src/engines/llama/libraries.ts'
import type { Said, Task } from '../../../src/engines/llama/messages.ts'
import type { LoadedModel } from '../../../src/engines/llama/process/loaded-model.ts'
import { loadModel } from '../../../src/engines/llama/process/loaded-model.ts'
import { StepLoop } from '../../../src/engines/llama/process/loop.ts'

// Runs a step loop over a real model through whole histories of requests, and computes every token's logits again in a
// cache that holds nothing else. In a process of its own because llama.cpp writes its log to standard error.

export type Act =
  | { readonly act: 'start'; readonly task: Task }
  | { readonly act: 'abort'; readonly id: number }
  | { readonly act: 'step'; readonly times: number }

export interface Report {
  /** How many tokens were chosen. */
  readonly tokens: number
  /** The largest difference between logits, in standard deviations of the logits. */
  readonly worst: number
  /** What each request's first choice was told of the cache; -1 where it said nothing. */
  readonly cached: readonly number[]
}

interface Sample {
  readonly context: readonly number[]
  readonly logits: Float32Array
}

const [, , file = '', cells = '0'] = process.argv
const contextLength = Number(cells)
const options = { file, contextLength, sequences: 4, cells: contextLength, threads: 1, ...untuned }
const llama = bindLlama(findLibraries())
const vocabulary = 512

/** A model, and its logits at an index of the last batch. */
function load(): { model: LoadedModel; logits: (index: number) => Float32Array } {
  let context: Pointer = 0
  const model = loadModel(
    {
      ...llama,
      llama_init_from_model: (weights, params) => (context = llama.llama_init_from_model(weights, params)),
    },
    options,
  )
  return {
    model,
    logits: (index) => readFloats(llama.llama_get_logits_ith(context, index), vocabulary).slice(),
  }
}

const warm = load()
const cold = load()
const samples: Sample[] = []
let prompt: readonly number[] = []

/** Notes the context and the logits of every token that is chosen. */
const watched: LoadedModel = {
  ...warm.model,
  sampler(...args) {
    const sampler = warm.model.sampler(...args)
    const context = [...prompt]
    return {
      ...sampler,
      choose(index, bound) {
        samples.push({ context: [...context], logits: warm.logits(index) })
        return sampler.choose(index, bound)
      },
      accept(token, byGrammar) {
        context.push(token)
        sampler.accept(token, byGrammar)
      },
    }
  },
}

let next: (() => void) | null = null
const said: Said[] = []
const loop = new StepLoop(watched, {
  contextLength,
  sequences: options.sequences,
  // Of three blocks.
  shelfBytes: 300_000,
  patience: 50,
  guesses: true,
  send: (message) => void (message.type === 'said' && said.push(...message.said)),
  now: () => performance.now(),
  turn: (run) => (next = run),
})

function step(): boolean {
  const run = next
  next = null
  run?.()
  return run !== null
}

function play(history: readonly Act[]): Report {
  samples.length = 0
  said.length = 0
  let started = 0
  for (const act of history) {
    if (act.act === 'start') {
      prompt = act.task.prompt.flatMap((text, index) => warm.model.tokenize(text, index === 0))
      loop.start(started++, act.task)
    } else if (act.act === 'abort') loop.abort(act.id)
    else for (let times = 0; times < act.times; times++) step()
  }
  while (step());
  return {
    tokens: samples.length,
    worst: Math.max(0, ...samples.map(difference)),
    cached: Array.from({ length: started }, (_, id) => cachedOf(id)),
  }
}

function cachedOf(id: number): number {
  const event = said.find((each) => each.id === id && each.event.type === 'prompt')?.event
  return event?.type === 'prompt' ? event.cached : -1
}

function difference({ context, logits }: Sample): number {
  const { model } = cold
  model.cache.clear(0)
  let index = 0
  for (const [position, token] of context.entries()) {
    index = model.add(token, position, 0, position === context.length - 1)
    if (index === model.batchSize - 1 || position === context.length - 1) model.decode()
  }
  const expected = cold.logits(index)
  const mean = expected.reduce((sum, value) => sum + value, 0) / vocabulary
  const variance = expected.reduce((sum, value) => sum + (value - mean) ** 2, 0) / vocabulary
  const largest = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (logits[at] ?? 0))), 0)
  return largest / Math.sqrt(variance)
}

process.on('message', (history: readonly Act[]) => {
  process.send?.(play(history))
})
process.on('disconnect', () => process.exit(0))

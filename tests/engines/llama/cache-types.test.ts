import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type ChatEvent, logprobsOf } from '../../../src/chat/event.ts'
import { type CacheType, cacheTypes } from '../../../src/chat/tuning.ts'
import { llamaEngine, llamaEngineWithCells } from '../../../src/engines/llama/llama-engine.ts'
import { planMemory } from '../../../src/engines/llama/memory-plan.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { never } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { aPrompt } from '../../contract/prompts.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'

const file = writeTinyModel()
const sampling = { ...aPrompt.sampling, temperature: 0 }

/** The log probability of the one token that follows a prompt, which all that is cached of the prompt goes into. */
async function firstLogprob(changed: Parameters<typeof tinyOptions>[1]): Promise<number> {
  const engine = llamaEngine(tinyOptions(file, changed))
  try {
    const events: ChatEvent[] = await collect(
      engine.answer({ ...aPrompt, sampling, answerLimit: 1, logprobs: 0 }, never),
    )
    return events.flatMap(logprobsOf)[0]?.logprob ?? -Infinity
  } finally {
    await engine.close()
  }
}

test('a model answers alike whatever type its KV cache has', async () => {
  const exact = await firstLogprob({ cache: 'f32' })
  for (const cache of cacheTypes) expect(await firstLogprob({ cache })).toBeCloseTo(exact, 1)
  expect(await firstLogprob({ flashAttention: 'off' })).toBeCloseTo(exact, 2)
  expect(await firstLogprob({ gpuLayers: 0 })).toBeCloseTo(exact, 2)
})

const cells = 200_000

/** Bytes of the process of a model with a large KV cache. */
async function memoryOf(cache: CacheType): Promise<number> {
  let pid = 0
  const options = tinyOptions(file, {
    cache,
    log: (line) => {
      if (line.event === 'started') pid = line.pid
    },
  })
  const engine = llamaEngineWithCells(options, readModelFile(file), cells)
  try {
    await collect(engine.answer({ ...aPrompt, answerLimit: 1 }, never))
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
  } finally {
    await engine.close()
  }
}

test('a smaller type takes as much less memory as was planned', async () => {
  const planned = (cache: CacheType): number =>
    (planMemory(readModelFile(file), { contextLength: 512, sequences: 1, cache, promptMemory: 'auto' })
      .cache /
      512) *
    cells
  const saved = (await memoryOf('f32')) - (await memoryOf('q8_0'))
  expect(saved / (planned('f32') - planned('q8_0'))).toBeCloseTo(1, 1)
})

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { logprobsOf } from '../../../src/chat/event.ts'
import type { Adapter } from '../../../src/chat/tuning.ts'
import { readGguf } from '../../../src/engines/llama/gguf.ts'
import { llamaEngine } from '../../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { never } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { aPrompt } from '../../contract/prompts.ts'
import { type LoraPair, writeAdapter } from '../../models/adapter.ts'
import { tinyModel } from '../../models/random-model.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'

const file = writeTinyModel()
const folder = dirname(file)
const { width } = tinyModel
const [rank, alpha] = [4, 8]

/** Numbers that are all different and none of them large. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, at) => Math.sin(at * 0.7 + seed) / 4)
}

const pair: LoraPair = {
  weight: 'blk.1.ffn_down.weight',
  into: width * 3,
  out: width,
  rank,
  a: numbers(width * 3 * rank, 1),
  b: numbers(width * rank, 2),
}
const adapter = join(folder, 'adapter.gguf')
writeAdapter(adapter, [pair], alpha)

/** The log probabilities of the likeliest first tokens. */
async function firstTokens(model: string, adapters: readonly Adapter[] = []): Promise<string> {
  const engine = llamaEngine(tinyOptions(model, { adapters, cache: 'f32' }))
  try {
    const events = await collect(engine.answer({ ...aPrompt, answerLimit: 1, logprobs: 10 }, never))
    const top = events.flatMap(logprobsOf)[0]?.top ?? []
    return top.map(({ bytes, logprob }) => `${bytes.join(' ')}: ${logprob.toFixed(3)}`).join('\n')
  } finally {
    await engine.close()
  }
}

/** The model with the adapter's change written into its weights. */
function writeMerged(scale: number): string {
  const header = readGguf(file)
  const tensor = header.tensors.find(({ name }) => name === pair.weight)
  const bytes = readFileSync(file)
  const start = Math.ceil(header.end / 32) * 32 + (tensor?.offset ?? 0)
  for (let row = 0; row < pair.out; row++)
    for (let column = 0; column < pair.into; column++) {
      let change = 0
      for (let at = 0; at < rank; at++)
        change += (pair.b[row * rank + at] ?? 0) * (pair.a[at * pair.into + column] ?? 0)
      const place = start + (row * pair.into + column) * 4
      bytes.writeFloatLE(bytes.readFloatLE(place) + (change * scale * alpha) / rank, place)
    }
  const merged = join(folder, 'merged.gguf')
  writeFileSync(merged, bytes)
  return merged
}

test('an adapter makes of a model what its change to the weights makes of it', async () => {
  const plain = await firstTokens(file)
  const adapted = await firstTokens(file, [{ file: adapter, scale: 0.5 }])
  expect(adapted).not.toBe(plain)
  expect(adapted).toBe(await firstTokens(writeMerged(0.5)))
  expect(await firstTokens(file, [{ file: adapter, scale: 0 }])).toBe(plain)
})

test('several work together', async () => {
  const again = join(folder, 'again.gguf')
  writeFileSync(again, readFileSync(adapter))
  const both = [
    { file: adapter, scale: 0.2 },
    { file: again, scale: 0.3 },
  ]
  expect(await firstTokens(file, both)).toBe(await firstTokens(file, [{ file: adapter, scale: 0.5 }]))
})

test('the memory of a model holds its adapters', () => {
  const bytes = readFileSync(adapter).length
  const adapters = [{ file: adapter, scale: 1 }]
  expect(readModelFile(file, adapters).sizeBytes).toBe(readModelFile(file).sizeBytes + bytes)
})

const odd = join(folder, 'odd.gguf')

test.each([
  [
    'another architecture',
    [pair],
    { 'general.architecture': 'llama' },
    'it was made for another architecture, not for qwen3',
  ],
  ['another kind', [pair], { 'general.type': 'model' }, 'it is no LoRA adapter'],
  [
    'a weight that is not there',
    [{ ...pair, weight: 'blk.9.x.weight' }],
    {},
    'the model has no blk.9.x.weight',
  ],
  [
    'another shape',
    [{ ...pair, into: width, a: numbers(width * rank, 1) }],
    {},
    'it changes blk.1.ffn_down.weight of 64 by 64, which has 192 by 64 here',
  ],
])('an adapter of %s is refused before anything is loaded', (_what, pairs, extra, reason) => {
  const entries = Object.entries(extra).map(([key, value]) => [key, { type: 'string', value }] as const)
  writeAdapter(odd, pairs, alpha, Object.fromEntries(entries))
  const start = (): void => void llamaEngine(tinyOptions(file, { adapters: [{ file: odd, scale: 1 }] }))
  expect(start).toThrow(`Adapter ${odd} cannot be used with ${file}: `)
  expect(start).toThrow(reason)
})

test('so is a file that is a model, and one that is not there', () => {
  expect(() => readModelFile(file, [{ file, scale: 1 }])).toThrow('it is no LoRA adapter')
  expect(() => readModelFile(file, [{ file: 'missing', scale: 1 }])).toThrow('ENOENT')
})

// What a step costs by the number of tokens that it decodes for one sequence, all with logits: whether it pays to guess
// tokens and have the model check several at once. CPU milliseconds of one thread, medians; a fresh context of 64 tokens.
// Usage: npm run bench -- widths [model file, or a shape: 100m, qwen-q8, qwen-q4] [rounds]
import { untuned } from '../src/chat/tuning.ts'
import { bindLlama } from '../src/engines/llama/bindings.ts'
import { findLibraries } from '../src/engines/llama/libraries.ts'
import { loadModel } from '../src/engines/llama/process/loaded-model.ts'
import { quantile, shapedModel } from './parts/engine.ts'

const [model = '100m', rounds = '9'] = process.argv.slice(2)
const widths = [1, 2, 3, 4, 5, 6, 8, 12, 16]
const options = { ...untuned, contextLength: 512, sequences: 16, cells: 512, threads: 1 }
const loaded = loadModel(bindLlama(findLibraries()), { ...options, file: shapedModel(model, 2048) })

const times = widths.map((width): number => {
  const found = Array.from({ length: Number(rounds) }, () => {
    loaded.cache.clear(0)
    run(0, 64)
    const before = process.cpuUsage()
    run(64, width)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return quantile(found, 0.5)
})
const [alone = 1] = times
console.log('tokens   CPU ms   for each   times one')
for (const [index, width] of widths.entries()) {
  const ms = times[index] ?? 0
  console.log(
    [String(width).padStart(6), ms.toFixed(2).padStart(9), (ms / width).toFixed(2).padStart(11)].join('') +
      (ms / alone).toFixed(2).padStart(12),
  )
}

function run(from: number, count: number): void {
  for (let index = 0; index < count; index++) loaded.add(100 + index, from + index, 0, true)
  if (loaded.decode() !== 'done') throw new Error('the cache is full')
}

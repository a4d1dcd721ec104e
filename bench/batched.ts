// Reading and decoding beside llama.cpp's own loop: prompts of 128 tokens and answers of 64, 1, 4, 8 and 16 at once,
// through the engine and through llama-batched-bench, in turns. Tokens per second of CPU time, which does not change with
// what else the machine does; medians of rounds. Of llama-batched-bench runs of several lengths are subtracted from each
// other, so that loading is not counted.
// Usage: LLAMA_BATCHED_BENCH=<its path> npm run bench -- batched [100m, qwen-q8 or qwen-q4] [threads] [rounds]
//
// llama-batched-bench is built from the source that node-llama-cpp carries, of the very release that Silica binds:
//   npm pack node-llama-cpp@3.22.1 && tar xf node-llama-cpp-*.tgz
//   git clone package/llama/gitRelease.bundle llama.cpp
//   cmake -S llama.cpp -B build -DCMAKE_BUILD_TYPE=Release -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF
//   cmake --build build --target llama-batched-bench
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { BenchEngine } from './parts/engine.ts'
import { letters, quantile, says, shapedModel, span, startEngine } from './parts/engine.ts'
import { singly } from '../tests/contract/batches.ts'

interface Speed {
  readonly prefill: number
  readonly decode: number
}

const [model = '100m', threads = '1', rounds = '3'] = process.argv.slice(2)
const program = process.env['LLAMA_BATCHED_BENCH'] ?? 'llama-batched-bench'
const [cells, promptTokens, answerTokens] = [8192, 128, 64]
const started = await startEngine(cells, 16, Number(threads), model)
console.log('at once   prefill: engine   llama.cpp   ratio   decode: engine   llama.cpp   ratio')
for (const atOnce of [1, 4, 8, 16]) {
  const pairs: { ours: Speed; theirs: Speed }[] = []
  for (let round = 0; round < Number(rounds); round++)
    pairs.push({ ours: await engine(started, atOnce, round), theirs: batchedBench(atOnce) })
  const median = (of: (pair: { ours: Speed; theirs: Speed }) => number): number =>
    quantile(pairs.map(of), 0.5)
  const columns = [
    [atOnce, 7, 0],
    [median(({ ours }) => ours.prefill), 18, 0],
    [median(({ theirs }) => theirs.prefill), 12, 0],
    [median(({ ours, theirs }) => ours.prefill / theirs.prefill), 8, 2],
    [median(({ ours }) => ours.decode), 17, 1],
    [median(({ theirs }) => theirs.decode), 12, 1],
    [median(({ ours, theirs }) => ours.decode / theirs.decode), 8, 2],
  ] as const
  console.log(columns.map(([value, width, digits]) => value.toFixed(digits).padStart(width)).join(''))
}
await started.engine.close()

/** Reading alone first: answers that have begun would slow down the reading of the others. */
async function engine(of: BenchEngine, atOnce: number, round: number): Promise<Speed> {
  const seed = round * 100 + atOnce * 1000
  const { read, readMs } = await answers(of, atOnce, seed, 1)
  const { decoded, decodeMs } = await answers(of, atOnce, seed + 50, answerTokens)
  return { prefill: (read / readMs) * 1000, decode: (decoded / decodeMs) * 1000 }
}

/** Prompts that have nothing in common, and time that is split where the last of them has been read. */
async function answers(of: BenchEngine, atOnce: number, seed: number, answerLimit: number) {
  const began = span(of)
  let [unread, read, decoded, allRead] = [atOnce, 0, 0, began]
  const answer = async (index: number): Promise<void> => {
    const prompt = of.prompt([says(letters(promptTokens, seed + index))], { answerLimit })
    for await (const event of singly(of.engine.answer(prompt, new AbortController().signal))) {
      if (event.type === 'text' && unread === 0) decoded += event.tokens
      if (event.type !== 'prompt') continue
      read += event.tokens - event.cached
      if (--unread === 0) allRead = span(of)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, index) => answer(index)))
  return { read, readMs: allRead.cpu - began.cpu, decoded, decodeMs: span(of, allRead).cpu }
}

function batchedBench(atOnce: number): Speed {
  const nothing = cpuOfRun(atOnce, 1, 1)
  const reading = cpuOfRun(atOnce, promptTokens, 1)
  const all = cpuOfRun(atOnce, promptTokens, answerTokens)
  return {
    prefill: ((atOnce * (promptTokens - 1)) / (reading - nothing)) * 1000,
    decode: ((atOnce * (answerTokens - 1)) / (all - reading)) * 1000,
  }
}

function cpuOfRun(atOnce: number, read: number, said: number): number {
  const numbers = ['-c', cells, '-b', 256, '-ub', 256, '-npp', read, '-ntg', said, '-npl', atOnce]
  const args = ['-m', shapedModel(model, cells), ...numbers, '-t', threads, '-kvu'].map(String)
  const before = cpuOfChildren()
  execFileSync(program, args, { stdio: 'ignore' })
  return cpuOfChildren() - before
}

/** CPU milliseconds of the children that have ended; Linux counts them in hundredths of a second. */
function cpuOfChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}

// Reading and decoding beside llama.cpp's own loop, 1, 4, 8 and 16 at once, through the engine and through
// llama-batched-bench, in turns: prompts of 128 tokens that have nothing in common, then answers of 64 to one prompt, which
// keep step. Tokens per second of CPU time, and what of theirs is ours; medians of rounds. Of llama-batched-bench runs of several lengths are subtracted from each
// other, so that loading is not counted.
// Usage: LLAMA_BATCHED_BENCH=<its path> npm run bench -- batched [100m, qwen-q8 or qwen-q4] [threads] [rounds]
//
// llama-batched-bench is built from the source that node-llama-cpp carries, of the very release that Silica binds:
//   npm pack node-llama-cpp@3.22.1 && tar xf node-llama-cpp-*.tgz
//   git clone package/llama/gitRelease.bundle llama.cpp
//   cmake -S llama.cpp -B build -DCMAKE_BUILD_TYPE=Release -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF
//   cmake --build build --target llama-batched-bench
// That measures a compiler that knows this machine against the libraries that Silica ships with, too. For our loop against
// theirs alone, have theirs use the same libraries: a folder of links to the files of @node-llama-cpp/linux-x64 with the
// names that `ldd` asks for (libllama.so.0, libggml.so.0, libggml-base.so.0, libllama-common.so.0) in LD_LIBRARY_PATH, and a copy
// of the program in it, which looks beside itself for libggml-cpu-*.so.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Prompt } from '../src/chat/request.ts'
import type { BenchEngine } from './parts/engine.ts'
import { letters, quantile, says, shapedModel, startEngine } from './parts/engine.ts'
import { singly } from '../tests/contract/batches.ts'

interface Speed {
  readonly prefill: number
  readonly decode: number
}

const [model = '100m', threads = '1', rounds = '3'] = process.argv.slice(2)
const program = process.env['LLAMA_BATCHED_BENCH'] ?? 'llama-batched-bench'
const [cells, promptTokens, answerTokens] = [8192, 128, 64]
const started = await startEngine(cells, 16, Number(threads), model)
/** What the template adds to a message. */
const { read: added } = await answer(started, started.prompt([says('')], { answerLimit: 1 }))
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

/** Reading alone: prompts that have nothing in common, and answers of one token. Then answers alone, which keep step. */
async function engine(of: BenchEngine, atOnce: number, round: number): Promise<Speed> {
  const seed = round * 100 + atOnce * 1000
  const prompts = Array.from({ length: atOnce }, (_, index) =>
    of.prompt([says(letters(promptTokens - added, seed + index))], { answerLimit: 1 }),
  )
  const reading = await Promise.all(prompts.map((prompt) => answer(of, prompt)))
  const began = Math.min(...reading.map((each) => each.began))
  const read = reading.reduce((sum, each) => sum + each.read, 0)
  const readMs = Math.max(...reading.map((each) => each.allRead)) - began
  const content = letters(promptTokens - added, seed + 50)
  const said = await answer(of, of.prompt([says(content)], { choices: atOnce, answerLimit: answerTokens }))
  return {
    prefill: (read / readMs) * 1000,
    decode: (said.decoded / (said.ended - said.allRead)) * 1000,
  }
}

/** The tokens of an answer, and when, in CPU milliseconds, it was asked for, had its prompt read, and was over. */
async function answer(of: BenchEngine, prompt: Prompt) {
  const began = of.cpu()
  let [unread, read, decoded, allRead] = [prompt.choices, 0, 0, began]
  for await (const event of singly(of.engine.answer(prompt, new AbortController().signal))) {
    if (event.type === 'text' && unread === 0) decoded += event.tokens
    if (event.type !== 'prompt') continue
    if (event.choice === 0) read = event.tokens - event.cached
    if (--unread === 0) allRead = of.cpu()
  }
  return { began, read, allRead, decoded, ended: of.cpu() }
}

function batchedBench(atOnce: number): Speed {
  const nothing = cpuOfRun(atOnce, 1, 1)
  const reading = cpuOfRun(atOnce, promptTokens, 1)
  const one = cpuOfRun(atOnce, promptTokens, 1, '-pps')
  const all = cpuOfRun(atOnce, promptTokens, answerTokens, '-pps')
  return {
    prefill: ((atOnce * (promptTokens - 1)) / (reading - nothing)) * 1000,
    decode: ((atOnce * (answerTokens - 1)) / (all - one)) * 1000,
  }
}

function cpuOfRun(atOnce: number, read: number, said: number, ...flags: readonly string[]): number {
  const numbers = ['-c', cells, '-b', 256, '-ub', 256, '-npp', read, '-ntg', said, '-npl', atOnce]
  const args = ['-m', shapedModel(model, cells), ...numbers, '-t', threads, '-kvu', ...flags].map(String)
  const before = cpuOfChildren()
  execFileSync(program, args, { stdio: 'ignore' })
  return cpuOfChildren() - before
}

/** CPU milliseconds of the children that have ended; Linux counts them in hundredths of a second. */
function cpuOfChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}

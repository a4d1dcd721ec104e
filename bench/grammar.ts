// What a grammar costs. First its making: a schema compiled here, then read by llama.cpp. Then its use: the time in which
// one token is chosen and accepted, beside the decode of the model, without and with a grammar, for the bundled model's
// vocabulary and for one as large as Qwen's (random weights, so that nearly every token it likes is refused: the worst).
// One thread. Usage: npm run bench -- grammar [tokens]
import { untuned } from '../src/chat/tuning.ts'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../src/chat/json.ts'
import { bindLlama } from '../src/engines/llama/bindings.ts'
import { answerGrammar } from '../src/engines/llama/grammar/answer-grammar.ts'
import { writeGbnf } from '../src/engines/llama/grammar/write-gbnf.ts'
import { findLibraries } from '../src/engines/llama/libraries.ts'
import type { LoadedModel } from '../src/engines/llama/process/loaded-model.ts'
import { loadModel } from '../src/engines/llama/process/loaded-model.ts'
import { aPrompt } from '../tests/contract/prompts.ts'
import { tinyModel, writeRandomModel } from '../tests/models/random-model.ts'

const wanted = Number(process.argv[2] ?? 400)
const folder = fileURLToPath(new URL('.models', import.meta.url))
const large = `${folder}/random-vocab-152k.gguf`
mkdirSync(folder, { recursive: true })
if (!existsSync(large)) writeRandomModel(large, { ...tinyModel, vocab: 152_000, weights: 'f16' })

const word = { type: 'string', maxLength: 40 }
const typical: JsonObject = {
  type: 'object',
  properties: {
    name: word,
    age: { type: 'integer', minimum: 0, maximum: 130 },
    mail: { type: 'string', format: 'email' },
    tags: { type: 'array', items: { enum: ['red', 'green', 'blue'] }, maxItems: 5 },
    address: { type: 'object', properties: { street: word, city: word }, required: ['city'] },
    next: { anyOf: [{ $ref: '#' }, { type: 'null' }] },
  },
  required: ['name', 'age'],
  additionalProperties: false,
}
const schemas: Readonly<Record<string, JsonObject>> = {
  'any object': { type: 'object' },
  typical,
  '300 optional properties': {
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`property${at}`, word])),
  },
  '2,000 names in an enum': { enum: Array.from({ length: 2000 }, (_, at) => `name ${at * 7919}`) },
  'a list of up to 100,000': { type: 'array', items: { type: 'integer' }, maxItems: 100_000 },
  'a pattern with a length': { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 500 },
}

const llama = bindLlama(findLibraries())
const bundled = load(fileURLToPath(new URL('../models/nano/silica-nano.gguf', import.meta.url)))

console.log('                              compiled ms   read by llama.cpp ms   KiB')
for (const [name, schema] of Object.entries(schemas)) {
  const rules = rulesOf(schema)
  const [compiled, read] = [mean(() => rulesOf(schema)), mean(() => samplerOf(bundled, rules, 1).free())]
  const row = [compiled.toFixed(1).padStart(11), read.toFixed(1).padStart(23), kib(rules)]
  console.log(name.padEnd(30) + row.join(''))
}
console.log('\nus a token                     none     any object     typical')
for (const [name, model] of [
  ['bundled, 2,811 tokens', bundled],
  ['random, 152,000 tokens', load(large)],
] as const)
  for (const temperature of [0.7, 2]) {
    const costs = [null, rulesOf({ type: 'object' }), rulesOf(typical)].map((rules) =>
      cost(model, rules, temperature),
    )
    console.log(
      `${name}, ${temperature}`.padEnd(28) + costs.map((us) => us.toFixed(0).padStart(8)).join('    '),
    )
  }
process.exit(0)

function load(file: string): LoadedModel {
  return loadModel(llama, { file, contextLength: 512, sequences: 1, cells: 512, threads: 1, ...untuned })
}

function rulesOf(schema: JsonObject): string {
  const grammar = answerGrammar({ ...aPrompt, output: { kind: 'schema', schema } })
  return grammar === null ? '' : writeGbnf(grammar)
}

function samplerOf(model: LoadedModel, rules: string | null, temperature: number) {
  const sampling = { ...aPrompt.sampling, temperature, topK: 50, topP: 0.9, seed: 1 }
  return model.sampler({ sampling, bias: [], grammar: rules === null ? null : { rules, begun: '' } }, 0)
}

/** The mean of many runs, in milliseconds of CPU. */
function mean(run: () => unknown): number {
  const began = cpu()
  for (let runs = 0; runs < 50; runs++) run()
  return (cpu() - began) / 50_000
}

/** Mean CPU microseconds in which a token is chosen and accepted; an answer that ends is followed by another. */
function cost(model: LoadedModel, rules: string | null, temperature: number): number {
  let [sampler, position, spent] = [samplerOf(model, rules, temperature), 0, 0]
  let [token = 0] = model.tokenize('\n', true)
  for (let said = 0; said < wanted; said++) {
    const index = model.add(token, position++, 0, true)
    model.decode()
    const began = cpu()
    const chosen = sampler.choose(index, () => true)
    const isOver = chosen === null || model.isEnd(chosen) || position === 500
    if (chosen !== null && !isOver) sampler.accept(chosen, rules !== null)
    spent += cpu() - began
    token = chosen ?? 0
    if (!isOver) continue
    sampler.free()
    sampler = samplerOf(model, rules, temperature)
    model.cache.clear(0)
    position = 0
  }
  sampler.free()
  model.cache.clear(0)
  return spent / wanted
}

/** Microseconds of this thread so far: other work on the machine does not count. */
function cpu(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

function kib(text: string): string {
  return (text.length / 1024).toFixed(1).padStart(7)
}

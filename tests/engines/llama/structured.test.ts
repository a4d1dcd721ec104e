import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { JsonObject } from '../../../src/chat/json.ts'
import type { ChatRequest, Prompt, Tool, ToolUse } from '../../../src/chat/request.ts'
import { decode } from '../../../src/decode/decode.ts'
import { accepts } from '../../../src/engines/llama/grammar/accepts.ts'
import { writeGbnf } from '../../../src/engines/llama/grammar/write-gbnf.ts'
import { llamaEngine } from '../../../src/engines/llama/llama-engine.ts'
import { ModelProcess } from '../../../src/engines/llama/model-process.ts'
import { startProcess } from '../../../src/engines/llama/process-handle.ts'
import { never } from '../../contract/engine.ts'
import { asks } from '../../contract/prompts.ts'
import { aTask } from './a-task.ts'
import { answerSchemas, blindTemplate } from './answer-schemas.ts'
import { compileSchema } from './compile-schema.ts'
import { schemaCases } from './schema-cases.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'
import { validates } from './validates.ts'

const bundled = fileURLToPath(new URL('../../../models/nano/silica-nano.gguf', import.meta.url))
const log: string[] = []
const engine = llamaEngine(
  tinyOptions(bundled, { sequences: 16, contextLength: 1024, log: (line) => log.push(line.event) }),
)
afterAll(() => engine.close())

describe('an answer that must follow a schema', () => {
  test('follows it whenever it ends by itself, at a temperature of 2', async () => {
    const blind = llamaEngine(tinyOptions(bundled, { sequences: 16, template: blindTemplate }))
    const report = await answerSchemas(blind, { count: 100, seed: 1, answerLimit: 150 })
    await blind.close()
    expect(report).toMatchObject({ invalid: [], refused: [] })
    expect(report.finished).toBeGreaterThan(60)
  })

  test('follows it when the model is one of random weights and bytes', async () => {
    const random = llamaEngine(tinyOptions(writeTinyModel(), { sequences: 16, template: blindTemplate }))
    const report = await answerSchemas(random, { count: 60, seed: 2, answerLimit: 150 })
    await random.close()
    expect(report).toMatchObject({ invalid: [], refused: [] })
    expect(report.finished).toBeGreaterThan(12)
  })
})

test('llama.cpp takes what our grammars describe, and nothing else', async () => {
  const child = fork(new URL('grammar-process.ts', import.meta.url), [bundled], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  for (const { schema, instances } of fc.sample(schemaCases, { numRuns: 150, seed: 5 })) {
    const grammar = compileSchema(schema)
    const valid = fc.sample(instances, { numRuns: 3, seed: 6 }).map((value) => JSON.stringify(value))
    const broken = valid.flatMap((text) => [text.slice(0, -1), text.slice(1), text.replace(/[:,]/, ' $& ')])
    const texts = [...valid, ...broken]
    const answered = once(child, 'message')
    child.send({ rules: writeGbnf(grammar), texts })
    const [taken] = await answered
    expect(taken).toEqual(texts.map((text) => accepts(grammar, text)))
  }
  child.disconnect()
})

const schema: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 20 }, days: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['city', 'days'],
  additionalProperties: false,
}
const weather: Tool = { name: 'weather', description: '', parameters: schema, strict: true }
const time: Tool = { name: 'time', description: '', parameters: { type: 'object' }, strict: false }

interface Answer {
  readonly calls: readonly { readonly name: string; readonly text: string }[]
  readonly reason: string
  readonly text: string
}

/** What the engine says, behind what the answer held already. */
async function* answerWhole(request: ChatRequest): AsyncGenerator<ChatEvent> {
  for await (const event of engine.answer(request, never)) {
    yield event
    if (event.type === 'prompt' && request.begun.text !== '')
      yield { type: 'text', choice: 0, text: request.begun.text, tokens: 0 }
  }
}

/** Answers at a temperature of 2, with thought where `thinks`. */
async function call(tools: ToolUse, seed: number, changed: Partial<Prompt> = {}): Promise<Answer> {
  const prompt = { ...asks('What is the weather in Rome?'), tools, answerLimit: 200, ...changed }
  const sampling = { ...prompt.sampling, temperature: 2, seed }
  const request: ChatRequest = { ...prompt, sampling, stop: [], reply: { kind: 'whole' } }
  const events: ChatEvent[] = []
  for await (const event of decode(answerWhole(request), request, () => 'id')) events.push(event)
  const textOf = (at: number): string =>
    events.map((each) => (each.type === 'call-text' && each.call === at ? each.text : '')).join('')
  const end = events.at(-1)
  return {
    calls: events.flatMap((each) =>
      each.type === 'call-start' ? [{ name: each.name, text: textOf(each.call) }] : [],
    ),
    reason: end?.type === 'finish' ? end.reason : '',
    text: events.map((each) => (each.type === 'text' ? each.text : '')).join(''),
  }
}

function isRight({ name, text }: Answer['calls'][number]): boolean {
  return name === 'weather' ? validates(schema, text) : validates(time.parameters, text)
}

const seeds = Array.from({ length: 24 }, (_, seed) => seed)
const thinks: Partial<Prompt> = {
  thinking: { mode: 'on', budget: 12, effort: { level: 'high', because: 'asked' } },
}

describe('calls at a temperature of 2', () => {
  const tools = [weather, time]

  test.each([
    ['without thought', {}],
    ['after a thought', thinks],
    [
      'after a thought that the caller has begun',
      { ...thinks, begun: { reasoning: 'Hm', text: '', calls: [] } },
    ],
  ])('are made where they are required, %s', async (_, changed) => {
    const answers = await Promise.all(seeds.map((seed) => call({ mode: 'required', tools }, seed, changed)))
    const whole = answers.filter(({ reason }) => reason !== 'length')
    expect(whole.length).toBeGreaterThan(6)
    for (const { calls, text, reason } of whole) {
      expect(reason).toBe('tool-calls')
      expect(text.trim()).toBe('')
      expect(calls.filter((each) => !isRight(each))).toEqual([])
    }
  })

  test('are of the one tool that is named', async () => {
    const answers = await Promise.all(seeds.map((seed) => call({ mode: 'one', tool: weather, tools }, seed)))
    for (const { calls } of answers.filter(({ reason }) => reason !== 'length')) {
      expect(calls).toHaveLength(1)
      expect(calls[0]?.name).toBe('weather')
      expect(validates(schema, calls[0]?.text ?? '')).toBe(true)
    }
  })

  test.each([
    ['without thought', {}],
    ['after a thought', thinks],
  ])('follow the schema of a strict tool in free text, %s', async (_, changed) => {
    // The model hardly ever calls at this temperature, so that a call is begun for it.
    const begun = { ...changed, begun: { reasoning: '', text: 'Well.\n<tool_call>\n{"name": "', calls: [] } }
    const free = await Promise.all(seeds.map((seed) => call({ mode: 'auto', tools }, seed, changed)))
    const called = await Promise.all(seeds.map((seed) => call({ mode: 'auto', tools }, seed, begun)))
    const whole = [...free, ...called].filter(({ reason }) => reason !== 'length')
    expect(whole.flatMap(({ calls }) => calls).length).toBeGreaterThan(6)
    for (const { calls } of whole) expect(calls.filter((each) => !isRight(each))).toEqual([])
  })
})

test('a grammar that llama.cpp refuses fails its answer alone', async () => {
  const model = new ModelProcess({
    name: 'm',
    load: { file: bundled, contextLength: 256, sequences: 2, cells: 512, threads: 1 },
    queue: 10,
    longestWait: 60_000,
    longestSilence: 60_000,
    log: () => {},
    start: startProcess,
    now: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  })
  const ask = (rules: string, begun = ''): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const task = { ...aTask, window: 256, answerLimit: 5, grammar: rules === '' ? null : { rules, begun } }
    model.ask(task, { event: () => {}, end: () => resolve('whole'), fail: resolve })
    return promise
  }
  const bad = ['root ::= nothing', 'root ::= root "a"', 'root ::= "a"{3000}', 'root ::= ((((', 'x ::= "a"']
  const ends = await Promise.all([
    ask(''),
    ...bad.map((rules) => ask(rules)),
    ask('root ::= "ab"', 'b'),
    ask(''),
  ])
  expect(ends.at(0)).toBe('whole')
  expect(ends.at(-1)).toBe('whole')
  for (const end of ends.slice(1, -1)) expect(end).toMatchObject({ kind: 'internal' })
  await model.close()
})

test('no answer ended the process', () => {
  expect(log).toEqual(['started'])
})

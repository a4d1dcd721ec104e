import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/chat/engine.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { JsonObject } from '../../../src/chat/json.ts'
import type { ChatRequest, Prompt, Tool, ToolUse } from '../../../src/chat/request.ts'
import { decode } from '../../../src/decode/decode.ts'
import { llamaEngine } from '../../../src/engines/llama/llama-engine.ts'
import { never } from '../../contract/engine.ts'
import { asks } from '../../contract/prompts.ts'
import { families } from './templates/families.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'
import { validates } from './validates.ts'
import { alone, collect, singly } from '../../contract/batches.ts'

const bundled = fileURLToPath(new URL('../../../models/nano/silica-nano.gguf', import.meta.url))
const log: string[] = []
const engine = llamaEngine(
  tinyOptions(bundled, { sequences: 16, contextLength: 1024, log: (line) => log.push(line.event) }),
)
afterAll(() => engine.close())

const schema: JsonObject = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 8 }, days: { type: 'integer', minimum: 1, maximum: 9 } },
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
async function* answerWhole(of: Engine, request: ChatRequest): AsyncGenerator<ChatEvent> {
  for await (const event of singly(of.answer({ ...request, caller: '', reading: 'as it comes' }, never))) {
    yield event
    if (event.type === 'prompt' && request.begun.text !== '')
      yield { type: 'text', choice: 0, text: request.begun.text, tokens: 0 }
  }
}

/** Answers with `of` at a temperature of 2, with thought where `thinks`. */
async function call(
  tools: ToolUse,
  seed: number,
  changed: Partial<Prompt> = {},
  of = engine,
): Promise<Answer> {
  const prompt = { ...asks('What is the weather in Rome?'), tools, answerLimit: 200, ...changed }
  const sampling = { ...prompt.sampling, temperature: 2, seed }
  const request: ChatRequest = { ...prompt, sampling, stop: [], reply: { kind: 'whole' } }
  const events = await collect(decode(alone(answerWhole(of, request)), request, () => 'id'))
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
const thought = { mode: 'on', budget: 12, effort: { level: 'high', because: 'asked' } } as const
const thinks: Partial<Prompt> = { thinking: thought }

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

test.each(families)(
  'as $model.id writes calls, with its control tokens and random weights, the one that is named is made',
  async ({ model, format }) => {
    const of = llamaEngine(tinyOptions(writeTinyModel(format), { contextLength: 4096 }))
    const thinking: Prompt['thinking'] = model.thinking.kind === 'never' ? { mode: 'off' } : thought
    const asked = { mode: 'one', tool: weather, tools: [weather, time] } as const
    const changed = { model, thinking, answerLimit: 400 }
    const answers = await Promise.all(seeds.slice(0, 8).map((seed) => call(asked, seed, changed, of)))
    await of.close()
    const whole = answers.filter(({ reason }) => reason !== 'length')
    expect(whole.length).toBeGreaterThan(6)
    for (const { calls, reason } of whole) {
      expect(reason).toBe('tool-calls')
      expect(calls.map(({ name }) => name)).toEqual(['weather'])
      expect(validates(schema, calls[0]?.text ?? '') ? '' : calls[0]?.text).toBe('')
    }
  },
)

test('no answer ended the process', () => {
  expect(log).toEqual(['started'])
})

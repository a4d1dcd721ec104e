import { afterAll, describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Prompt } from '../../../src/chat/request.ts'
import { llamaEngine, llamaEngineWithCells } from '../../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { never, textOf, tokensOf } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { aPrompt, asks } from '../../contract/prompts.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'

const file = writeTinyModel()
const engine = llamaEngine(tinyOptions(file))
afterAll(() => engine.close())

const greedy = { ...aPrompt.sampling, temperature: 0 }

function answer(prompt: Prompt, of = engine): Promise<ChatEvent[]> {
  return collect(of.answer(prompt, never))
}

/** The answer of an engine that has read nothing before. */
async function afresh(prompt: Prompt): Promise<ChatEvent[]> {
  const fresh = llamaEngine(tinyOptions(file))
  try {
    return await answer(prompt, fresh)
  } finally {
    await fresh.close()
  }
}

function reasonOf(events: readonly ChatEvent[]): string {
  const end = events.at(-1)
  return end?.type === 'finish' ? end.reason : ''
}

function isObject(text: string): boolean {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Different prompts, so that none can be another's answer by accident. */
const prompts = Array.from({ length: 8 }, (_, index) => ({
  ...asks(`Question ${index}: ${'why '.repeat(index * 5)}`),
  answerLimit: 24,
  sampling: greedy,
}))

describe('an answer does not depend on its neighbours', () => {
  test('greedy text is the same alone and in a batch of eight', async () => {
    const together = await Promise.all(prompts.map((prompt) => answer(prompt)))
    for (const [index, prompt] of prompts.entries())
      expect(textOf(together[index] ?? [])).toBe(textOf(await answer(prompt)))
  })

  test('it is the same when the cache is so small that sequences must start over', async () => {
    const options = tinyOptions(file, { contextLength: 200 })
    const cramped = llamaEngineWithCells(options, readModelFile(file), 200)
    try {
      const together = await Promise.all(prompts.map((prompt) => answer(prompt, cramped)))
      for (const [index, prompt] of prompts.entries()) {
        expect(tokensOf(together[index] ?? [], 'text')).toBe(24)
        expect(textOf(together[index] ?? [])).toBe(textOf(await answer(prompt)))
      }
    } finally {
      await cramped.close()
    }
  })
})

describe('sampling', () => {
  const drawn = (seed: number | null, changed: Partial<Prompt['sampling']> = {}): Prompt => ({
    ...aPrompt,
    sampling: { ...aPrompt.sampling, ...changed, seed },
  })

  test('the same seed gives the same answer, another seed and another choice another one', async () => {
    // What a cache gives was computed in batches of another shape: its last digits differ, and so may what is drawn.
    const first = await afresh({ ...drawn(5), choices: 2 })
    expect(textOf(await afresh({ ...drawn(5), choices: 2 }))).toBe(textOf(first))
    expect(textOf(await afresh(drawn(6)))).toBe(textOf(first, 1))
    expect(textOf(first, 1)).not.toBe(textOf(first))
  })

  test('without a seed answers differ', async () => {
    const seen = new Set<string>()
    for (let times = 0; times < 4; times++) seen.add(textOf(await answer(drawn(null))))
    expect(seen.size).toBeGreaterThan(1)
  })

  test('one candidate is as good as greedy', async () => {
    const text = textOf(await answer({ ...aPrompt, sampling: greedy }))
    expect(textOf(await answer(drawn(1, { topK: 1 })))).toBe(text)
    expect(textOf(await answer(drawn(1, { topP: 0 })))).toBe(text)
    expect(textOf(await answer(drawn(1, { minP: 1 })))).toBe(text)
  })

  test('a penalty keeps a greedy answer from repeating a token, and counts nothing of the prompt', async () => {
    const sampling = { ...greedy, presencePenalty: 100 }
    const events = await answer({ ...asks('a b c d e f'), sampling, answerLimit: 60 })
    const pieces = events.flatMap((event) =>
      event.type === 'text' && event.tokens === 1 ? [event.text] : [],
    )
    const whole = pieces.filter((piece) => !piece.includes('\ufffd'))
    expect(new Set(whole).size).toBe(whole.length)
  })
})

describe('an answer in JSON', () => {
  test('is one object, or the beginning of one where its limit cuts it', async () => {
    for (let seed = 0; seed < 6; seed++) {
      const sampling = { ...aPrompt.sampling, seed, frequencyPenalty: 0.5 }
      const events = await answer({ ...aPrompt, sampling, output: { kind: 'json' }, answerLimit: 300 })
      const text = textOf(events).trimStart()
      expect(text).toMatch(/^\{/)
      expect(reasonOf(events) === 'length' || isObject(text)).toBe(true)
    }
  })

  test('follows a thought that is free of it', async () => {
    const events = await answer({
      ...aPrompt,
      output: { kind: 'json' },
      thinking: { mode: 'on', budget: 5, effort: { level: 'high', because: 'asked' } },
      begun: { reasoning: 'Well', text: '', calls: [] },
    })
    const [thought, text] = textOf(events).split('</think>')
    expect(thought).not.toBe('<think>')
    expect(text?.trimStart()).toMatch(/^\{/)
  })
})

test('what this engine cannot promise is refused, by name', async () => {
  const output: Prompt['output'] = { kind: 'schema', schema: { properties: { a: { not: { const: 1 } } } } }
  await expect(answer({ ...aPrompt, output })).rejects.toMatchObject({
    kind: 'invalid-request',
    field: 'response_format.json_schema.schema.properties.a.not',
  })
})

test('an answer that fills the context ends with "length" there', async () => {
  const events = await answer({ ...aPrompt, answerLimit: 10_000, sampling: greedy })
  expect(reasonOf(events)).toBe('length')
  expect(tokensOf(events, 'prompt') + tokensOf(events, 'text')).toBe(512)
})

test('no piece of text holds a part of a character', async () => {
  const events = await answer({ ...aPrompt, answerLimit: 300, choices: 4 })
  expect(events.filter((event) => event.type === 'text' && !event.text.isWellFormed())).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { Failure } from '../../../../src/chat/failure.ts'
import type { Prompt } from '../../../../src/chat/request.ts'
import { llamaEngine } from '../../../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../../../src/engines/llama/model-file.ts'
import { createPromptWriter } from '../../../../src/engines/llama/prompt-text.ts'
import { never, textOf } from '../../../contract/engine.ts'
import { collect } from '../../../contract/batches.ts'
import { aPrompt } from '../../../contract/prompts.ts'
import { specialsOf, tinyModel } from '../../../models/random-model.ts'
import { tinyOptions, writeTinyModel } from '../tiny-engine.ts'
import { startTokenizer } from '../tokenizer.ts'
import type { Case } from './cases.ts'
import { cases } from './cases.ts'
import { deepseek4 } from './deepseek-v4.ts'
import { families } from './families.ts'

describe.each(families)('$model.id', ({ model, format, expected }) => {
  const file = writeTinyModel(format)
  const described = readModelFile(file)
  const write = createPromptWriter(described, described.template)
  const tokenize = startTokenizer(file)
  const specials = specialsOf(format)
  const promptOf = (name: Case): Prompt => ({ ...aPrompt, ...cases[name], model })

  function outcome(name: Case): unknown {
    try {
      const { pieces, thought } = write(promptOf(name))
      return [pieces.join('').replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d 星期./, 'NOW'), thought.from]
    } catch (error) {
      return error instanceof Failure ? error.message : error
    }
  }

  test.each(Object.keys(cases).filter(isCase))('%s', (name) => {
    expect(outcome(name)).toEqual(expected[name])
  })

  const conversation = promptOf('a question after results')

  test('a thought handed back in its marks is one', () => {
    const { messages } = conversation
    const marked = messages.map((message) =>
      message.role === 'assistant' && model.dialect.thinking !== 'native'
        ? { ...message, reasoning: '', text: `<think>\n${message.reasoning}\n</think>\n\n${message.text}` }
        : message,
    )
    expect(write({ ...conversation, messages: marked })).toEqual(write(conversation))
  })

  test('each special token of a prompt is one token', async () => {
    const first = tinyModel.vocab - specials.length
    const { pieces } = write(conversation)
    const tokens = await tokenize(pieces)
    const seen = tokens.flatMap(({ id }) => (id < first ? [] : [specials[id - first]]))
    expect(seen).toEqual(specialsIn(pieces.join(''), specials))
    expect(seen.length).toBeGreaterThan(4)
  })

  test('a conversation is answered', async () => {
    const engine = llamaEngine(tinyOptions(file, { contextLength: 2048 }))
    try {
      const events = await collect(engine.answer({ ...conversation, answerLimit: 8 }, never))
      expect(events.at(-1)?.type).toBe('finish')
      const isOpen = write(conversation).thought.from === 'prompt'
      expect(textOf(events).startsWith('<think>')).toBe(isOpen)
    } finally {
      await engine.close()
    }
  })
})

test('the greatest effort is asked for before all else', () => {
  const { model, format } = deepseek4
  const file = readModelFile(writeTinyModel(format))
  const write = createPromptWriter(file, file.template)
  const prompt: Prompt = { ...aPrompt, ...cases['tools beside a system message'], model }
  const thinking = { mode: 'on', budget: 64, effort: { level: 'max', because: 'asked' } } as const
  const begins = (changed: Partial<Prompt>): string => write({ ...prompt, ...changed }).pieces.join('')
  expect(begins({ thinking })).toMatch(
    /^<｜begin▁of▁sentence｜>Reasoning Effort: the most there is\.\n\nBe brief\./,
  )
  expect(begins({})).toMatch(/^<｜begin▁of▁sentence｜>Be brief\./)
})

function isCase(name: string): name is Case {
  return name in cases
}

/** The longest that begins at each place, as tokenizers read them. */
function specialsIn(text: string, specials: readonly string[]): string[] {
  const longest = specials.toSorted((a, b) => b.length - a.length)
  const found: string[] = []
  for (let at = 0; at < text.length; at++) {
    const special = longest.find((each) => text.startsWith(each, at))
    if (special === undefined) continue
    found.push(special)
    at += special.length - 1
  }
  return found
}

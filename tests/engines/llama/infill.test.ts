import { afterAll, expect, test } from 'vitest'
import { llamaEngine } from '../../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { createPromptWriter } from '../../../src/engines/llama/prompt-text.ts'
import { never, textOf } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { aPrompt } from '../../contract/prompts.ts'
import { specialsOf, tinyModel } from '../../models/random-model.ts'
import { qwen3 } from './templates/qwen3.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'
import { startTokenizer } from './tokenizer.ts'

const infill = { prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>' }
/** What a model that fills gaps may write behind the middle. */
const ends = ['<|fim_pad|>', '<|repo_name|>', '<|file_sep|>']
const format = { ...qwen3.format, marks: [...qwen3.format.marks, ...Object.values(infill), ...ends] }
const specials = specialsOf(format)
const first = tinyModel.vocab - specials.length

const file = writeTinyModel(format)
const engine = llamaEngine(tinyOptions(file))
afterAll(() => engine.close())
const tokenize = startTokenizer(file)

const gap = {
  ...aPrompt,
  model: { ...aPrompt.model, dialect: { ...aPrompt.model.dialect, infill } },
  begun: { reasoning: '', text: 'def add(a, b):\n    return <|fim_middle|>', calls: [] },
  suffix: '\n<|fim_suffix|>print(add(1, 2))',
}

test('a gap is shown by the three tokens for it, whatever stands on its sides', async () => {
  const described = readModelFile(file)
  const { pieces } = createPromptWriter(described, described.template)(gap)
  const tokens = await tokenize(pieces)
  const seen = tokens.flatMap(({ id }) => (id < first ? [] : [specials[id - first]]))
  expect(seen).toEqual(['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'])
})

test('what begins another file ends an answer, and the marks of a gap do not', async () => {
  const tokens = await tokenize([...ends, ...Object.values(infill)])
  expect(tokens.map(({ isEnd }) => isEnd)).toEqual([true, true, true, false, false, false])
})

test('a gap is filled, up to its limit or its end', async () => {
  const events = await collect(engine.answer({ ...gap, answerLimit: 12 }, never))
  expect(events.at(-1)).toMatchObject({ type: 'finish' })
  expect(textOf(events)).not.toContain('<|fim')
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Model } from '../../../src/chat/model.ts'
import type { Prompt } from '../../../src/chat/request.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { createPromptWriter } from '../../../src/engines/llama/prompt-text.ts'
import { aModel, aPrompt } from '../../contract/prompts.ts'
import { specialsOf, tinyModel } from '../../models/random-model.ts'
import { families } from './templates/families.ts'
import { writeTinyModel } from './tiny-engine.ts'
import { startTokenizer } from './tokenizer.ts'

function conversation(model: Model, text: (place: string) => string): Prompt {
  return {
    ...aPrompt,
    model,
    thinking: { mode: 'on', budget: 64, effort: { level: 'max', because: 'asked' } },
    messages: [
      { role: 'system', text: text('system') },
      { role: 'user', parts: [{ type: 'text', text: text('user') }] },
      {
        role: 'assistant',
        text: text('assistant'),
        reasoning: text('reasoning'),
        calls: [
          { id: text('id'), name: text('name'), arguments: JSON.stringify({ [text('key')]: text('value') }) },
        ],
      },
      { role: 'tool', callId: text('id'), text: text('result') },
    ],
    tools: {
      mode: 'auto',
      tools: [
        {
          name: text('tool'),
          description: text('about'),
          parameters: { [text('field')]: [text('enum')] },
          strict: false,
        },
      ],
    },
    begun: { reasoning: text('thought'), text: text('begun'), calls: [] },
  }
}

const subjects = [{ model: aModel, format: tinyModel.format }, ...families]

describe.each(subjects)('of $model.id', ({ model, format }) => {
  const file = writeTinyModel(format)
  const described = readModelFile(file)
  const write = createPromptWriter(described, described.template)
  const tokenize = startTokenizer(file)
  const specials = specialsOf(format)

  async function countSpecials(prompt: Prompt): Promise<number> {
    const tokens = await tokenize(write(prompt).pieces)
    return tokens.filter(({ id }) => id >= tinyModel.vocab - specials.length).length
  }

  const fragments = fc.oneof(
    fc.constantFrom(...specials),
    fc
      .tuple(fc.constantFrom(...specials), fc.nat(12), fc.nat(12))
      .map(([special, from, length]) => special.slice(from, from + length)),
    fc.constantFrom(' ', '\n', '\ue000', '"', '\\'),
  )
  const texts = fc.array(fragments, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('') || 'x')

  test('whatever a request says, its prompt has the special tokens of a harmless one (L9)', async () => {
    const expected = await countSpecials(conversation(model, (place) => place))
    const property = fc.asyncProperty(fc.array(texts, { minLength: 15, maxLength: 15 }), async (hostile) => {
      let next = 0
      expect(await countSpecials(conversation(model, () => hostile[next++] ?? 'x'))).toBe(expected)
    })
    await fc.assert(property, { numRuns: 200 })
  })

  test('an ordinary request is one piece, and so tokenised exactly as its text', () => {
    const { pieces } = write(conversation(model, (place) => place))
    expect(pieces).toHaveLength(1)
  })
})

import { fork } from 'node:child_process'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { Prompt } from '../../../src/chat/request.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { createPromptWriter } from '../../../src/engines/llama/prompt-text.ts'
import { aPrompt } from '../../contract/prompts.ts'
import { specialTokens, tinyModel } from '../../models/random-model.ts'
import { writeTinyModel } from './tiny-engine.ts'

const file = writeTinyModel()
const described = readModelFile(file)
const write = createPromptWriter(described, described.template)
const tokenizer = fork(new URL('tokenizer-process.ts', import.meta.url), [file], {
  execArgv: [],
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
})
afterAll(() => tokenizer.disconnect())

/** Special tokens stand at the end of the random model's vocabulary. */
async function countSpecials(prompt: Prompt): Promise<number> {
  const answered = once(tokenizer, 'message')
  tokenizer.send(write(prompt).pieces)
  const [tokens] = await answered
  return tokens.filter((token: number) => token >= tinyModel.vocab - specialTokens.length).length
}

function conversation(text: (place: string) => string): Prompt {
  return {
    ...aPrompt,
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
    begun: { reasoning: '', text: text('begun'), calls: [] },
  }
}

const fragments = fc.oneof(
  fc.constantFrom(...specialTokens),
  fc
    .tuple(fc.constantFrom(...specialTokens), fc.nat(12), fc.nat(12))
    .map(([special, from, length]) => special.slice(from, from + length)),
  fc.constantFrom(' ', '\n', '\ue000', '"', '\\'),
)
const texts = fc.array(fragments, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('') || 'x')

test('whatever a request says, its prompt has the special tokens of a harmless one (L9)', async () => {
  const expected = await countSpecials(conversation((place) => place))
  const property = fc.asyncProperty(fc.array(texts, { minLength: 13, maxLength: 13 }), async (hostile) => {
    let next = 0
    expect(await countSpecials(conversation(() => hostile[next++] ?? 'x'))).toBe(expected)
  })
  await fc.assert(property, { numRuns: 500 })
})

test('an ordinary request is one piece, and so tokenised exactly as its text', () => {
  const { pieces } = write(conversation((place) => place))
  expect(pieces).toHaveLength(1)
})

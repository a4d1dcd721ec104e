import { afterAll, expect, test } from 'vitest'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Prompt, TokenBias } from '../../../src/chat/request.ts'
import { decode } from '../../../src/decode/decode.ts'
import { llamaEngine } from '../../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { never, textOf, tokensOf } from '../../contract/engine.ts'
import { collect } from '../../contract/batches.ts'
import { aPrompt } from '../../contract/prompts.ts'
import { tinyOptions, writeTinyModel } from './tiny-engine.ts'

const file = writeTinyModel()
const engine = llamaEngine(tinyOptions(file))
afterAll(() => engine.close())

const greedy = { ...aPrompt.sampling, temperature: 0 }
const { vocabulary } = readModelFile(file)
/** Its tokens begin with the 256 bytes. */
const A = 65

function answer(prompt: Prompt): Promise<ChatEvent[]> {
  return collect(engine.answer(prompt, never))
}

/** The same, with thought and answer told apart. */
function decoded(prompt: Prompt): Promise<ChatEvent[]> {
  const request = { ...prompt, stop: [], reply: { kind: 'whole' } } as const
  return collect(decode(engine.answer(prompt, never), request, () => 'id'))
}

function forcing(token: number): readonly TokenBias[] {
  return [{ token, bias: 100 }]
}

test('a token may be preferred to all others, whatever the sampling', async () => {
  expect(textOf(await answer({ ...aPrompt, bias: forcing(A) }))).toBe('A'.repeat(16))
  expect(textOf(await answer({ ...aPrompt, bias: forcing(A), sampling: greedy }))).toBe('A'.repeat(16))
  const penalty = { ...greedy, presencePenalty: 1 }
  expect(textOf(await answer({ ...aPrompt, bias: forcing(A), sampling: penalty }))).toBe('A'.repeat(16))
})

test('a token may be kept from being said', async () => {
  const said = textOf(await answer({ ...aPrompt, bias: forcing(A), sampling: greedy }))
  const bias = [...forcing(A + 1), { token: A, bias: -100 }]
  expect(textOf(await answer({ ...aPrompt, bias, sampling: greedy }))).toBe(said.replaceAll('A', 'B'))
})

test('a grammar is kept to, and the bias chooses within it', async () => {
  const output: Prompt['output'] = { kind: 'schema', schema: { enum: ['AAAA', 'BBBB'] } }
  for (const [token, text] of [
    [A, '"AAAA"'],
    [A + 1, '"BBBB"'],
  ] as const)
    expect(textOf(await answer({ ...aPrompt, answerLimit: 60, output, bias: forcing(token) })).trim()).toBe(
      text,
    )
})

test('the thought is left alone, and its budget and the limit of the answer hold', async () => {
  const prompt: Prompt = {
    ...aPrompt,
    sampling: greedy,
    thinking: { mode: 'on', budget: 8, effort: { level: 'high', because: 'asked' } },
    begun: { reasoning: 'Well', text: '', calls: [] },
  }
  const thoughtOf = (events: readonly ChatEvent[]): string =>
    events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('')
  const [plain, biased] = [await decoded(prompt), await decoded({ ...prompt, bias: forcing(A) })]
  expect(thoughtOf(biased)).toBe(thoughtOf(plain))
  expect(tokensOf(biased, 'reasoning')).toBe(8)
  expect(textOf(biased)).toBe('A'.repeat(16))
})

test('the end of the answer is a token like others', async () => {
  const end = vocabulary - 7
  const events = await answer({ ...aPrompt, bias: forcing(end) })
  expect(events.map(({ type }) => type)).toEqual(['prompt', 'finish'])
})

test('a token that the model has not is refused, with how many it has', async () => {
  await expect(answer({ ...aPrompt, bias: [{ token: vocabulary, bias: 1 }] })).rejects.toMatchObject({
    kind: 'invalid-request',
    field: 'logit_bias',
    message: `The parameter is invalid: logit_bias.${vocabulary} is no token of this model, which has ${vocabulary}: 0 to ${vocabulary - 1}.`,
  })
})

import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tinyModel } from '../models/random-model.ts'
import { writeTinyModel } from '../engines/llama/tiny-engine.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

const infill = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>']
const format = { ...tinyModel.format, marks: [...tinyModel.format.marks, ...infill] }
const model = 'silica/nano'
let silica: TestSilica
let client: OpenAI

beforeAll(async () => {
  const models = [{ kind: 'gguf', name: 'test/coder', file: writeTinyModel(format) }] as const
  silica = await openTestSilica({ models })
  client = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key, maxRetries: 0 })
})
afterAll(() => silica.close())

const post = async (path: string, body: object) => {
  const response = await fetch(silica.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify(body),
  })
  const said: unknown = await response.json()
  return { status: response.status, said }
}

/** What the SDK's types do not know. */
const thoughtless = { enable_thinking: false }

/** A conversation as the bundled model's template writes it, up to where the answer begins. */
const written =
  '<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n'

test('a text is gone on with as it stands: control tokens are the caller’s to write', async () => {
  const answer = await client.completions.create({ model, prompt: written, temperature: 0 })
  expect(answer.object).toBe('text_completion')
  expect(answer.choices[0]?.text).toContain('Paris')
  expect(answer.choices[0]?.finish_reason).toBe('stop')
  const chat = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
    temperature: 0,
    ...thoughtless,
  })
  expect(chat.choices[0]?.message.content).toBe(answer.choices[0]?.text)
  expect(chat.usage?.prompt_tokens).toBe(answer.usage?.prompt_tokens)
})

test('its stream says the same as its whole twin, also behind the prompt', async () => {
  const asked = { model, prompt: 'The capital of', max_tokens: 12, temperature: 0, echo: true }
  const whole = await client.completions.create(asked)
  const chunks: OpenAI.Completion[] = []
  for await (const chunk of await client.completions.create({ ...asked, stream: true })) chunks.push(chunk)
  expect(chunks.map(({ choices }) => choices[0]?.text).join('')).toBe(whole.choices[0]?.text)
  expect(whole.choices[0]?.text).toMatch(/^The capital of./s)
  expect(chunks.at(-1)?.usage?.total_tokens).toBe(whole.usage?.total_tokens)
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe(whole.choices[0]?.finish_reason)
})

test('stop texts, several choices and seeds are kept to', async () => {
  const asked = { model, prompt: 'Count: 1, 2, 3,', n: 3, max_tokens: 8, seed: 4, stop: ['zzz', '\n'] }
  const one = await client.completions.create(asked)
  const other = await client.completions.create(asked)
  expect(one.choices.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(one.choices.map(({ text }) => text)).toEqual(other.choices.map(({ text }) => text))
  for (const { text } of one.choices) expect(text).not.toContain('\n')
})

test('a gap is filled by a model that has learned to, and refused of one that has not', async () => {
  const gap = { prompt: 'def add(a, b):\n', suffix: '\nprint(1)', max_tokens: 5 }
  const filled = await client.completions.create({ model: 'test/coder', ...gap })
  expect(filled.choices[0]?.finish_reason).toMatch(/^(stop|length)$/)
  await expect(client.completions.create({ model, ...gap })).rejects.toThrow('has not learned')
})

test('a text is counted as it would be read, with its tokens on demand', async () => {
  const answer = await client.completions.create({ model, prompt: written, max_tokens: 1 })
  const count = answer.usage?.prompt_tokens
  expect(await post('/v1/tokenize', { model, prompt: written })).toEqual({
    status: 200,
    said: { count, max_model_len: 8192 },
  })
  const { said } = await post('/tokenize', { model, prompt: written, return_token_ids: true })
  expect(said).toMatchObject({ count, tokens: expect.any(Array) })
  expect(Object(said).tokens).toHaveLength(count ?? 0)
})

test('a conversation is counted with its template and its tools', async () => {
  const messages = [{ role: 'user', content: 'Hello' }]
  const tools = [{ type: 'function', function: { name: 'get_tide' } }]
  const answer = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'Hello' }],
    max_tokens: 1,
    tools: [{ type: 'function', function: { name: 'get_tide' } }],
  })
  const { said } = await post('/v1/tokenize', { model, messages, tools })
  expect(said).toMatchObject({ count: answer.usage?.prompt_tokens })
})

test('what cannot be counted is refused with its field', async () => {
  const refused = async (body: object) => {
    const { status, said } = await post('/v1/tokenize', body)
    return [status, Object(said).error.param]
  }
  expect(await refused({ model })).toEqual([400, 'messages'])
  expect(await refused({ model, prompt: 'a', messages: [] })).toEqual([400, 'prompt'])
  expect(await refused({ model, prompt: 'a', return_token_ids: 1 })).toEqual([400, 'return_token_ids'])
  expect(await refused({ prompt: 'a' })).toEqual([400, 'model'])
  expect(await refused([])).toEqual([400, null])
})

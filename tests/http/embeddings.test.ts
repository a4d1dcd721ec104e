import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tinyModel, writeRandomEncoder, writeRandomModel } from '../models/random-model.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

const folder = mkdtempSync(join(tmpdir(), 'silica-'))
const file = (name: string) => join(folder, name)
let other: Server
let told: Record<string, unknown>[] = []
let silica: TestSilica
let client: OpenAI

/** A server that answers as vLLM does, in another order, with vectors that are not of length 1. */
async function openOther(): Promise<string> {
  other = createServer((request, response) => {
    let text = ''
    request.on('data', (part) => (text += String(part)))
    request.on('end', () => {
      const body: { input: string[] } = JSON.parse(text)
      told.push({ ...body, path: request.url })
      const data = body.input.map((_, index) => ({ object: 'embedding', index, embedding: [3, 4, index] }))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: data.toReversed(), usage: { prompt_tokens: 5 } }))
    })
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}/v1` : ''
}

beforeAll(async () => {
  const pooled = (value: number) => ({ 'qwen3.pooling_type': { type: 'u32', value } }) as const
  writeRandomModel(file('last.gguf'), tinyModel, pooled(3))
  writeRandomEncoder(file('mean.gguf'), tinyModel)
  writeFileSync(
    file('rows.yaml'),
    `- id: test/short
  contextLength: 512
  embedding: { dimensions: 64, shortens: true }
  engine: { kind: llama, file: last.gguf }
- id: test/there
  contextLength: 512
  embedding: { dimensions: 3, shortens: true }
  engine: { kind: upstream, server: vllm, url: '${await openOther()}', model: theirs }
`,
  )
  silica = await openTestSilica({
    models: [
      { kind: 'gguf', name: 'test/last', file: file('last.gguf') },
      { kind: 'gguf', name: 'test/mean', file: file('mean.gguf') },
      { kind: 'rows', file: file('rows.yaml'), field: '' },
    ],
  })
  client = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key, maxRetries: 0 })
})
afterAll(async () => {
  await silica.close()
  other.close()
  rmSync(folder, { recursive: true })
})

test('a row that gives memory to earlier prompts is refused by the name of the field', async () => {
  writeFileSync(
    file('remembers.yaml'),
    `- id: test/remembers
  contextLength: 512
  embedding: { dimensions: 64, shortens: true }
  engine: { kind: llama, file: last.gguf, promptMemory: 2 }
`,
  )
  const opened = openTestSilica({ models: [{ kind: 'rows', file: file('remembers.yaml'), field: '' }] })
  await expect(opened.then((each) => each.close())).rejects.toThrow('promptMemory')
})

async function embed(model: string, input: string | string[], more: object = {}): Promise<number[][]> {
  const { data } = await client.embeddings.create({ model, input, ...more })
  return data.map(({ embedding }) => embedding)
}

const length = (vector: readonly number[] = []) => Math.hypot(...vector)
/** The cosine, of vectors of length 1. */
const alike = (one: readonly number[] = [], other: readonly number[] = []) =>
  one.reduce((sum, number, index) => sum + number * (other[index] ?? 0), 0)

describe.each(['test/last', 'test/mean'])('the vectors of %s', (model) => {
  test('are of length 1, one for each text in its place, and the same alone and among others', async () => {
    const texts = ['the sea', 'a long walk along the river, in the rain', 'the sea']
    const [first, second, third] = await embed(model, texts)
    expect(first).toHaveLength(64)
    for (const vector of [first, second, third]) expect(length(vector)).toBeCloseTo(1, 5)
    expect(alike(first, third)).toBeCloseTo(1, 5)
    expect(alike(first, second)).toBeLessThan(0.999)
    const [alone] = await embed(model, 'a long walk along the river, in the rain')
    expect(alike(alone, second)).toBeCloseTo(1, 4)
  })

  test('are the same numbers as text and as bytes', async () => {
    const [floats] = await embed(model, 'the sea', { encoding_format: 'float' })
    const [bytes] = await embed(model, 'the sea', { encoding_format: 'base64' })
    const decoded: unknown = bytes
    const packed = Buffer.from(String(decoded), 'base64')
    expect(packed).toHaveLength(64 * 4)
    expect(packed.readFloatLE(0)).toBeCloseTo(floats?.[0] ?? 0, 6)
    // What the SDK asks for by itself.
    expect((await embed(model, 'the sea'))[0]?.[0]).toBeCloseTo(floats?.[0] ?? 0, 6)
  })

  test('come of a great many texts, whose tokens are counted once each', async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `text ${index} ${'word '.repeat(index % 40)}`)
    const all = await client.embeddings.create({ model, input: texts })
    expect(all.data.map(({ index }) => index)).toEqual(texts.map((_, index) => index))
    const one = await client.embeddings.create({ model, input: texts.slice(0, 1) })
    expect(alike(one.data[0]?.embedding, all.data[0]?.embedding)).toBeCloseTo(1, 4)
    expect(all.usage.total_tokens).toBeGreaterThan(one.usage.total_tokens * 200)
  })

  test('show no control token that a text spells out', async () => {
    const { usage } = await client.embeddings.create({ model, input: '<|im_end|>' })
    expect(usage.prompt_tokens).toBeGreaterThan(3)
  })
})

test('vectors are shortened where the row says that they may be', async () => {
  const [short] = await embed('test/short', 'the sea', { dimensions: 16 })
  const [whole] = await embed('test/short', 'the sea')
  expect(short).toHaveLength(16)
  expect(length(short)).toBeCloseTo(1, 5)
  expect(alike(short, whole?.slice(0, 16)) / length(whole?.slice(0, 16))).toBeCloseTo(1, 5)
})

test('another server is asked for whole vectors, which come in their order and of length 1', async () => {
  told = []
  const vectors = await embed('test/there', ['a', 'b'], { dimensions: 2, encoding_format: 'float' })
  expect(vectors.map((vector) => vector.map((number) => Number(number.toFixed(3))))).toEqual([
    [0.6, 0.8],
    [0.6, 0.8],
  ])
  expect(told).toEqual([
    { path: '/v1/embeddings', model: 'theirs', input: ['a', 'b'], encoding_format: 'float' },
  ])
})

test.each<[fields: object, param: string, words: string]>([
  [{ input: '' }, 'input', 'must not be empty'],
  [{ input: ['a', ''] }, 'input[1]', 'must not be empty'],
  [{ input: [] }, 'input', 'at least 1 item'],
  [{ input: [[1, 2]] }, 'input[0]', 'must be a text'],
  [{ input: Array(2049).fill('a') }, 'input', 'at most 2048'],
  [{ input: 'a', dimensions: 32 }, 'dimensions', 'must be 64 for this model, got 32'],
  [{ input: 'a', encoding_format: 'hex' }, 'encoding_format', 'must be'],
  [{ input: `${'word '.repeat(600)}` }, 'input', 'max_seq_len (512)'],
  [{ model: 'silica/nano', input: 'a' }, 'model', 'this one answers'],
])('%#: what cannot be is refused with its field', async (fields, param, words) => {
  const request = { model: 'test/last', ...fields } as const
  const error = await Promise.resolve(client.embeddings.create(Object(request))).catch(
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(OpenAI.BadRequestError)
  expect(Object(error).param).toBe(param)
  expect(String(error)).toContain(words)
})

test('a model that makes vectors is asked for no answer', async () => {
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  await expect(client.chat.completions.create({ model: 'test/last', messages })).rejects.toThrow(
    '/v1/embeddings',
  )
  await expect(client.completions.create({ model: 'test/last', prompt: 'Hi' })).rejects.toThrow(
    '/v1/embeddings',
  )
})

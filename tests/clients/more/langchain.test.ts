import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestSilica, type TestSilica } from '../../silica.ts'
import { embedder, embedderModels } from './embedder.ts'

// LangChain.js with its package for OpenAI, over a real port, against the bundled model.

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica({ models: embedderModels() })
})
afterAll(() => silica.close())

const configuration = () => ({ baseURL: `${silica.url}/v1` })
const thinking = (on: boolean) => ({ enable_thinking: on, thinking_budget: 256 })
const chat = (on: boolean) =>
  new ChatOpenAI({
    model: 'silica/nano',
    apiKey: silica.key,
    configuration: configuration(),
    temperature: 0,
    maxRetries: 0,
    modelKwargs: thinking(on),
  })

const getTide = tool(async ({ harbour }) => JSON.stringify({ harbour, tide: 'high' }), {
  name: 'get_tide',
  description: 'Get the tide of a harbour',
  schema: z.object({ harbour: z.string() }),
})

test('invoke gives an answer and its usage', async () => {
  const answer = await chat(false).invoke('What is the capital of France?')
  expect(answer.text).toContain('Paris')
  expect(answer.usage_metadata).toMatchObject({ total_tokens: expect.any(Number) })
})

test('invoke and stream tell the reasoning apart', async () => {
  const answer = await chat(true).invoke('What is 17 + 25?')
  expect(answer.text).toContain('42')
  expect(answer.additional_kwargs['reasoning_content']).toMatch(/./)
  let [text, reasoning] = ['', '']
  for await (const chunk of await chat(true).stream('What is 17 + 25?')) {
    text += chunk.text
    reasoning += String(chunk.additional_kwargs['reasoning_content'] ?? '')
  }
  expect(text).toContain('42')
  expect(reasoning).not.toBe('')
})

test('a bound tool is called, and its result answered with', async () => {
  const bound = chat(true).bindTools([getTide], { strict: true })
  const question = new HumanMessage('Get the tide of Dover.')
  const call = await bound.invoke([question])
  expect(call.tool_calls?.[0]).toMatchObject({ name: 'get_tide', args: { harbour: 'Dover' } })
  const [first] = call.tool_calls ?? []
  const result = await getTide.invoke({ harbour: 'Dover' })
  const said = new ToolMessage({ content: String(result), tool_call_id: first?.id ?? '' })
  expect((await bound.invoke([question, call, said])).text).toContain('high')
})

test('withStructuredOutput gives what the schema asks for', async () => {
  const person = z.object({ name: z.string(), age: z.number().int() })
  const structured = chat(false).withStructuredOutput(person, { name: 'person', method: 'jsonSchema' })
  expect(await structured.invoke('Extract name and age: John is 30 years old.')).toEqual({
    name: 'John',
    age: 30,
  })
})

test('a bare text is gone on with', async () => {
  const model = new OpenAI({
    model: 'silica/nano',
    apiKey: silica.key,
    configuration: configuration(),
    maxTokens: 8,
    temperature: 0,
  })
  expect(await model.invoke('The capital of')).not.toBe('')
})

test('embeddings come for documents and queries', async () => {
  const embeddings = new OpenAIEmbeddings({
    model: embedder,
    apiKey: silica.key,
    configuration: configuration(),
  })
  const [first] = await embeddings.embedDocuments(['the sea', 'a walk'])
  const query = await embeddings.embedQuery('the sea')
  expect(query).toHaveLength(64)
  expect(first?.[0]).toBeCloseTo(query[0] ?? 0, 5)
})

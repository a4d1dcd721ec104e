import { OpenAI, OpenAIEmbedding } from '@llamaindex/openai'
import { Document, tool, VectorStoreIndex, Settings } from 'llamaindex'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../../silica.ts'
import { embedder, embedderModels } from './embedder.ts'

// LlamaIndex.TS with its package for OpenAI, over a real port, against the bundled model.

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica({ models: embedderModels() })
})
afterAll(() => silica.close())

const llm = (on: boolean) =>
  new OpenAI({
    model: 'silica/nano',
    apiKey: silica.key,
    baseURL: `${silica.url}/v1`,
    temperature: 0,
    maxRetries: 0,
    additionalChatOptions: Object({ enable_thinking: on, thinking_budget: 256 }),
  })
const ask = (content: string) => ({ messages: [{ role: 'user' as const, content }] })

test('chat gives an answer, whole and streamed', async () => {
  const answer = await llm(false).chat(ask('What is the capital of France?'))
  expect(answer.message.content).toContain('Paris')
  let text = ''
  for await (const chunk of await llm(false).chat({ ...ask('What is the capital of France?'), stream: true }))
    text += chunk.delta
  expect(text).toBe(answer.message.content)
})

test('exec calls a tool and answers with what it gave', async () => {
  const getTide = tool({
    name: 'get_tide',
    description: 'Get the tide of a harbour',
    parameters: {
      type: 'object',
      properties: { harbour: { type: 'string' } },
      required: ['harbour'],
    } as const,
    execute: () => 'The tide is high.',
  })
  const messages = [...ask('Get the tide of Dover.').messages]
  const first = await llm(true).exec({ messages, tools: [getTide] })
  expect(first.toolCalls[0]).toMatchObject({ name: 'get_tide', input: { harbour: 'Dover' } })
  const second = await llm(true).exec({ messages: [...messages, ...first.newMessages], tools: [getTide] })
  expect(JSON.stringify(second.newMessages)).toContain('high')
})

test('an index is made of embeddings and asked', async () => {
  Settings.llm = llm(false)
  Settings.embedModel = new OpenAIEmbedding({
    model: embedder,
    apiKey: silica.key,
    baseURL: `${silica.url}/v1`,
  })
  const documents = [
    new Document({ text: 'The tide of Dover is high.' }),
    new Document({ text: 'A walk along the river.' }),
  ]
  const index = await VectorStoreIndex.fromDocuments(documents)
  const nodes = await index.asRetriever({ similarityTopK: 1 }).retrieve('The tide of Dover is high.')
  expect(JSON.stringify(nodes[0]?.node)).toContain('Dover')
})

import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestSilica, type TestSilica } from '../../silica.ts'

// The OpenAI Agents SDK over chat completions, over a real port, against the bundled model.

let silica: TestSilica
let runner: Runner
beforeAll(async () => {
  silica = await openTestSilica()
  const openAIClient = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key, maxRetries: 0 })
  runner = new Runner({
    modelProvider: new OpenAIProvider({ openAIClient, useResponses: false }),
    tracingDisabled: true,
  })
})
afterAll(() => silica.close())

const settings = (on: boolean) => ({
  temperature: 0,
  providerData: { enable_thinking: on, thinking_budget: 256 },
})
const getTide = tool({
  name: 'get_tide',
  description: 'Get the tide of a harbour',
  parameters: z.object({ harbour: z.string() }),
  execute: async ({ harbour }) => JSON.stringify({ harbour, tide: 'high' }),
})

test('an agent answers', async () => {
  const agent = new Agent({ name: 'Guide', model: 'silica/nano', modelSettings: settings(false) })
  const result = await runner.run(agent, 'What is the capital of France?')
  expect(result.finalOutput).toContain('Paris')
})

test('an agent calls its tool and answers with what it gave', async () => {
  const agent = new Agent({
    name: 'Guide',
    model: 'silica/nano',
    modelSettings: settings(true),
    tools: [getTide],
  })
  const result = await runner.run(agent, 'Get the tide of Dover.')
  expect(result.finalOutput).toContain('high')
  expect(result.newItems.map(({ type }) => type)).toContain('tool_call_item')
})

test('an agent streams', async () => {
  const agent = new Agent({ name: 'Guide', model: 'silica/nano', modelSettings: settings(false) })
  const result = await runner.run(agent, 'What is the capital of France?', { stream: true })
  let text = ''
  for await (const piece of result.toTextStream()) text += piece
  await result.completed
  expect(text).toContain('Paris')
})

test('an agent gives what its output type asks for', async () => {
  const agent = new Agent({
    name: 'Clerk',
    model: 'silica/nano',
    modelSettings: settings(false),
    outputType: z.object({ name: z.string(), age: z.number().int() }),
  })
  const result = await runner.run(agent, 'Extract name and age: John is 30 years old.')
  expect(result.finalOutput).toEqual({ name: 'John', age: 30 })
})

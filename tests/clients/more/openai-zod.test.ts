import OpenAI from 'openai'
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestSilica, type TestSilica } from '../../silica.ts'

// What the `openai` package does with Zod.

let silica: TestSilica
let client: OpenAI
beforeAll(async () => {
  silica = await openTestSilica()
  client = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key, maxRetries: 0 })
})
afterAll(() => silica.close())

const common = { model: 'silica/nano', temperature: 0 } as const
const thinking = (on: boolean) => ({ enable_thinking: on })

test('parse gives what the schema asks for', async () => {
  const person = z.object({ name: z.string(), age: z.number().int() })
  const answer = await client.chat.completions.parse({
    ...common,
    ...thinking(false),
    messages: [{ role: 'user', content: 'Extract name and age: John is 30 years old.' }],
    response_format: zodResponseFormat(person, 'person'),
  })
  expect(answer.choices[0]?.message.parsed).toEqual({ name: 'John', age: 30 })
})

test('the tool runner calls a function and answers with what it gave', async () => {
  const getTide = zodFunction({
    name: 'get_tide',
    description: 'Get the tide of a harbour',
    parameters: z.object({ harbour: z.string() }),
    function: ({ harbour }) => ({ harbour, tide: 'high' }),
  })
  const runner = client.chat.completions.runTools({
    ...common,
    ...thinking(true),
    messages: [{ role: 'user', content: 'Get the tide of Dover.' }],
    tools: [getTide],
  })
  expect(await runner.finalContent()).toContain('high')
})

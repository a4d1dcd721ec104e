import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embedMany, generateObject, generateText, isStepCount, Output, streamText, tool } from 'ai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestSilica, type TestSilica } from '../../silica.ts'
import { embedder, embedderModels } from './embedder.ts'

// The Vercel AI SDK with its provider for servers like OpenAI's, over a real port, against the bundled model.

let silica: TestSilica
let provider: ReturnType<typeof createOpenAICompatible>
beforeAll(async () => {
  silica = await openTestSilica({ models: embedderModels() })
  provider = createOpenAICompatible({
    name: 'silica',
    baseURL: `${silica.url}/v1`,
    apiKey: silica.key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
})
afterAll(() => silica.close())

const model = () => provider('silica/nano')
/** The service's own fields go through the provider's options, by the provider's name. */
const thinking = (on: boolean) => ({ silica: { enable_thinking: on, thinking_budget: 256 } })

const getTide = tool({
  description: 'Get the tide of a harbour',
  inputSchema: z.object({ harbour: z.string() }),
  // The bundled model is small: strict, its arguments follow the schema whatever it makes of the question.
  strict: true,
  execute: async ({ harbour }) => ({ harbour, tide: 'high' }),
})

test('generateText gives an answer and its usage', async () => {
  const { text, finishReason, usage } = await generateText({
    model: model(),
    prompt: 'What is the capital of France?',
    temperature: 0,
    providerOptions: thinking(false),
  })
  expect(text).toContain('Paris')
  expect(finishReason).toBe('stop')
  expect(usage.totalTokens).toBe((usage.inputTokens ?? 0) + (usage.outputTokens ?? 0))
})

test('generateText tells the reasoning apart', async () => {
  const { text, reasoningText, usage } = await generateText({
    model: model(),
    prompt: 'What is 17 + 25?',
    temperature: 0,
    providerOptions: thinking(true),
  })
  expect(text).toContain('42')
  expect(reasoningText).not.toBe('')
  expect(usage.outputTokenDetails.reasoningTokens).toBeGreaterThan(0)
})

test('streamText gives reasoning, then text, piece by piece', async () => {
  const result = streamText({
    model: model(),
    prompt: 'What is 17 + 25?',
    temperature: 0,
    providerOptions: thinking(true),
  })
  const kinds: string[] = []
  let text = ''
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error
    if (kinds.at(-1) !== part.type) kinds.push(part.type)
    if (part.type === 'text-delta') text += part.text
  }
  expect(text).toContain('42')
  expect(kinds.indexOf('reasoning-delta')).toBeGreaterThan(-1)
  expect(kinds.indexOf('text-delta')).toBeGreaterThan(kinds.indexOf('reasoning-delta'))
  expect((await result.usage).totalTokens).toBeGreaterThan(0)
})

test('a loop of tools calls the function and answers with what it gave', async () => {
  const { text, steps } = await generateText({
    model: model(),
    prompt: 'Get the tide of Dover.',
    tools: { get_tide: getTide },
    stopWhen: isStepCount(4),
    temperature: 0,
    providerOptions: thinking(true),
  })
  expect(steps[0]?.toolCalls[0]).toMatchObject({ toolName: 'get_tide', input: { harbour: 'Dover' } })
  expect(steps.at(-1)?.finishReason).toBe('stop')
  expect(text).toContain('high')
})

test('a streamed loop of tools does the same', async () => {
  const result = streamText({
    model: model(),
    prompt: 'Get the tide of Dover.',
    tools: { get_tide: getTide },
    stopWhen: isStepCount(4),
    temperature: 0,
    providerOptions: thinking(true),
  })
  expect(await result.text).toContain('high')
  expect(await result.steps).toHaveLength(2)
})

const person = z.object({ name: z.string(), age: z.number().int() })

test('generateObject and Output.object give what the schema asks for', async () => {
  const asked = {
    model: model(),
    prompt: 'Extract name and age: John is 30 years old.',
    temperature: 0,
    providerOptions: thinking(false),
  }
  const { object } = await generateObject({ ...asked, schema: person })
  expect(object).toEqual({ name: 'John', age: 30 })
  const { output } = await generateText({ ...asked, output: Output.object({ schema: person }) })
  expect(output).toEqual(object)
})

test('embedMany gives a vector for each text', async () => {
  const { embeddings } = await embedMany({
    model: provider.embeddingModel(embedder),
    values: ['the sea', 'a walk'],
  })
  expect(embeddings.map(({ length }) => length)).toEqual([64, 64])
})

test('a refusal carries the status and the words', async () => {
  const refused = generateText({ model: provider('no/such'), prompt: 'Hi', maxRetries: 0 })
  await expect(refused).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('Model does not exist'),
  })
})

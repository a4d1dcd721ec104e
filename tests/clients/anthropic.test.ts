import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

// The `@anthropic-ai/sdk` package as published, as a stranger, over a real port, against the bundled model.

const model = 'silica/nano'
const max_tokens = 256
let silica: TestSilica
let client: Anthropic

beforeAll(async () => {
  silica = await openTestSilica()
  client = new Anthropic({ baseURL: silica.url, apiKey: silica.key, maxRetries: 0 })
})
afterAll(() => silica.close())

/** The newest of Anthropic's models take no temperature, and so the SDK's types have none. */
const greedy = { temperature: 0 }
const hot = { temperature: 3 }
const off = { type: 'disabled' } as const
const on = { type: 'enabled', budget_tokens: 512 } as const
const ask = (content: string) => [{ role: 'user' as const, content }]
const textOf = ({ content }: Anthropic.Message) =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('')

const tide = {
  name: 'get_tide',
  description: 'Get the tide of a harbour',
  input_schema: {
    type: 'object' as const,
    properties: { harbour: { type: 'string' as const } },
    required: ['harbour'],
  },
}

describe('the @anthropic-ai/sdk package', () => {
  test('gets a whole message', async () => {
    const message = await client.messages.create({
      model,
      max_tokens,
      system: [{ type: 'text', text: 'Answer briefly.', cache_control: { type: 'ephemeral' } }],
      messages: ask('What is the capital of France?'),
      ...greedy,
      thinking: off,
    })
    expect(textOf(message)).toContain('Paris')
    expect(message).toMatchObject({
      id: expect.stringMatching(/^msg_[0-9a-z]{24}$/),
      type: 'message',
      role: 'assistant',
      model,
      stop_reason: 'end_turn',
      stop_sequence: null,
    })
    expect(message._request_id).toMatch(/^[0-9a-f]{32}$/)
    expect(message.usage.output_tokens).toBeGreaterThan(0)
  })

  test('streams thought before the answer, and its helper comes to the whole message', async () => {
    const request = { model, max_tokens, messages: ask('What is 17 + 25?'), ...greedy, thinking: on }
    const stream = client.messages.stream(request)
    let thought = ''
    let text = ''
    stream.on('thinking', (delta) => (thought += delta)).on('text', (delta) => (text += delta))
    const message = await stream.finalMessage()
    const [first, second] = message.content
    expect(first).toMatchObject({
      type: 'thinking',
      thinking: thought,
      signature: expect.stringMatching(/^[a-z]{10}$/),
    })
    expect(second).toEqual({ type: 'text', text })
    expect(text).toContain('42')
    const whole = await client.messages.create(request)
    expect(whole.content.map((block) => ({ ...block, signature: '' }))).toEqual(
      message.content.map((block) => ({ ...block, signature: '' })),
    )
    expect(whole.usage.output_tokens).toBe(message.usage.output_tokens)
  })

  test('sees the thought stop at its budget and an answer follow', async () => {
    const message = await client.messages.create({
      model,
      max_tokens,
      messages: ask('What is 348 + 275?'),
      ...greedy,
      thinking: { type: 'enabled', budget_tokens: 5 },
    })
    expect(message.usage.output_tokens_details?.thinking_tokens).toBe(5)
    expect(textOf(message)).not.toBe('')
  })

  test('may leave the thought to the model', async () => {
    const thinking = { type: 'adaptive' } as const
    const message = await client.messages.create({ model, max_tokens, messages: ask('Hello!'), thinking })
    expect(message.stop_reason).toBe('end_turn')
  })

  test('makes a tool round trip, whole and streamed, with a function that the model never saw', async () => {
    const messages: Anthropic.MessageParam[] = ask('Get the tide of Dover.')
    const request = { model, max_tokens, tools: [tide], ...greedy, thinking: on }
    const first = await client.messages.create({ ...request, messages })
    const streamed = await client.messages.stream({ ...request, messages }).finalMessage()
    const call = first.content.find((block) => block.type === 'tool_use')
    expect(first.stop_reason).toBe('tool_use')
    expect(call).toMatchObject({ name: 'get_tide', input: { harbour: 'Dover' } })
    expect(streamed.content.find((block) => block.type === 'tool_use')).toMatchObject({
      name: 'get_tide',
      input: { harbour: 'Dover' },
    })

    // All of it goes back, the thought and its signature too.
    messages.push({ role: 'assistant', content: first.content })
    messages.push({
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: call?.id ?? '',
          content: [{ type: 'text', text: '{"tide": "high"}' }],
        },
      ],
    })
    const second = await client.messages.create({ ...request, messages })
    expect(second.stop_reason).toBe('end_turn')
    expect(textOf(second)).toContain('high')
  })

  test('runs a tool by its own runner', async () => {
    const asked: string[] = []
    const tool = betaTool({
      name: tide.name,
      description: tide.description,
      inputSchema: tide.input_schema,
      run({ harbour }) {
        asked.push(String(harbour))
        return '{"tide": "high"}'
      },
    })
    const message = await client.beta.messages.toolRunner({
      model,
      max_tokens,
      messages: ask('Get the tide of Dover.'),
      tools: [tool],
      ...greedy,
      thinking: on,
    })
    expect(asked).toEqual(['Dover'])
    expect(message.stop_reason).toBe('end_turn')
  })

  test('has the one tool called that it names', async () => {
    const message = await client.messages.create({
      model,
      max_tokens,
      messages: ask('Get the tide of Dover.'),
      tools: [tide],
      tool_choice: { type: 'tool', name: 'get_tide', disable_parallel_tool_use: true },
      ...greedy,
      thinking: off,
    })
    expect(message.content.filter((block) => block.type === 'tool_use')).toHaveLength(1)
  })

  test('gets JSON of a schema', async () => {
    const message = await client.messages.create({
      model,
      max_tokens,
      messages: ask('Extract name and age: John is 30 years old.'),
      output_config: {
        format: {
          type: 'json_schema',
          schema: {
            type: 'object',
            properties: { name: { type: 'string' }, age: { type: 'integer' } },
            required: ['name', 'age'],
            additionalProperties: false,
          },
        },
      },
      ...greedy,
      thinking: off,
    })
    expect(JSON.parse(textOf(message))).toEqual({ name: expect.any(String), age: expect.any(Number) })
  })

  test('is told which stop text ended the answer, and never sees it', async () => {
    const message = await client.messages.create({
      model,
      max_tokens,
      messages: ask('Count from 1 to 12.'),
      stop_sequences: ['nothing like it', '7'],
      ...greedy,
      thinking: off,
    })
    expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: '7' })
    expect(textOf(message)).toContain('6')
    expect(textOf(message)).not.toContain('7')
  })

  test('is cut at max_tokens and told so', async () => {
    const message = await client.messages.create({
      model,
      max_tokens: 6,
      messages: ask('Count from 1 to 20.'),
      ...greedy,
      thinking: off,
    })
    expect(message.stop_reason).toBe('max_tokens')
    expect(message.usage.output_tokens).toBeLessThanOrEqual(6 + 4)
  })

  test('has the answer go on with what it begins', async () => {
    const whole = await client.messages.create({
      model,
      max_tokens,
      messages: ask('Count from 1 to 12.'),
      ...greedy,
      thinking: off,
    })
    const begun = textOf(whole).slice(0, 6)
    const rest = await client.messages.create({
      model,
      max_tokens,
      messages: [...ask('Count from 1 to 12.'), { role: 'assistant', content: begun }],
      ...greedy,
    })
    expect(begun + textOf(rest)).toBe(textOf(whole))
  })

  test('counts the tokens of a prompt as the answer does', async () => {
    const request = { model, system: 'Be kind.', messages: ask('Hello!'), tools: [tide], thinking: off }
    const { input_tokens: counted } = await client.messages.countTokens(request)
    const { usage } = await client.messages.create({ ...request, max_tokens: 1 })
    expect(counted).toBe(usage.input_tokens + (usage.cache_read_input_tokens ?? 0))
  })

  test('frees the engine when it aborts in mid-stream', async () => {
    const stream = client.messages.stream({
      model,
      max_tokens: 1000,
      messages: ask('Count from 1 to 100.'),
      thinking: off,
    })
    for await (const event of stream) if (event.type === 'content_block_delta') break
    stream.abort()
    await expect(silica.idle()).resolves.toBeUndefined()
  })

  test('gets typed errors that carry the message, the type and the trace id', async () => {
    const request = { model, max_tokens, messages: ask('Hi') }
    const stranger = new Anthropic({ baseURL: silica.url, apiKey: 'sk-nobody', maxRetries: 0 })
    const refused = await stranger.messages.create(request).catch((caught: unknown) => caught)
    expect(refused).toBeInstanceOf(Anthropic.AuthenticationError)
    expect(refused).toMatchObject({ type: 'authentication_error', apiMessage: 'Api key is invalid' })
    const error = await client.messages.create({ ...request, ...hot }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Anthropic.BadRequestError)
    expect(error).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      requestID: expect.stringMatching(/^[0-9a-f]{32}$/),
      message: expect.stringContaining('temperature must be'),
    })
    const unknown = client.messages.create({ ...request, model: 'no/such' })
    await expect(unknown).rejects.toThrow('Model does not exist. Please check it carefully.')
    const streamed = client.messages.stream({ ...request, stop_sequences: [''] }).finalMessage()
    await expect(streamed).rejects.toBeInstanceOf(Anthropic.BadRequestError)
  })

  test('may send its key as a bearer token, and lists the models', async () => {
    const bearer = new Anthropic({ baseURL: silica.url, apiKey: null, authToken: silica.key, maxRetries: 0 })
    for (const one of [client, bearer]) {
      const ids: string[] = []
      for await (const listed of one.models.list()) ids.push(listed.id)
      expect(ids).toEqual([model])
    }
  })
})

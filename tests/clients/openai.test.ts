import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noLimits } from '../../src/cli/read-limits.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

// The `openai` package as published, as a stranger, over a real port, against the bundled model.

const model = 'silica/nano'
let silica: TestSilica
let client: OpenAI

beforeAll(async () => {
  silica = await openTestSilica()
  client = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key, maxRetries: 0 })
})
afterAll(() => silica.close())

/** The fields of SiliconFlow's that the SDK's types do not know. */
const thinking = (on: boolean, budget = 512) => ({ enable_thinking: on, thinking_budget: budget })
const ask = (content: string) => [{ role: 'user' as const, content }]

interface Folded {
  reasoning: string
  text: string
  chunks: number
  usages: number
  finish: string | null
  tokens: number
}

async function fold(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<Folded> {
  const folded: Folded = { reasoning: '', text: '', chunks: 0, usages: 0, finish: null, tokens: 0 }
  for await (const chunk of stream) {
    folded.chunks++
    if (chunk.usage) folded.usages++
    folded.tokens = chunk.usage?.completion_tokens ?? folded.tokens
    const choice = chunk.choices[0]
    if (!choice) continue
    folded.text += choice.delta.content ?? ''
    if ('reasoning_content' in choice.delta && typeof choice.delta.reasoning_content === 'string') {
      folded.reasoning += choice.delta.reasoning_content
    }
    folded.finish = choice.finish_reason ?? folded.finish
  }
  return folded
}

describe('the openai package', () => {
  test('gets a whole answer whose usage adds up', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: ask('What is the capital of France?'),
      temperature: 0,
      ...thinking(false),
    })
    expect(answer.choices[0]?.message.content).toContain('Paris')
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(answer.usage?.total_tokens).toBe(
      (answer.usage?.prompt_tokens ?? 0) + (answer.usage?.completion_tokens ?? 0),
    )
    expect(answer.id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('streams thought before the answer, with usage on every chunk', async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: ask('What is 17 + 25?'),
      stream: true,
      temperature: 0,
      ...thinking(true),
    })
    const folded = await fold(stream)
    expect(folded.reasoning).not.toBe('')
    expect(folded.text).toContain('42')
    expect(folded.text).not.toContain('think>')
    expect(folded.usages).toBe(folded.chunks)
    expect(folded.finish).toBe('stop')
  })

  test('gets no thought when thinking is off', async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: ask('Hello!'),
      stream: true,
      temperature: 0,
      ...thinking(false),
    })
    const folded = await fold(stream)
    expect(folded.reasoning).toBe('')
    expect(folded.text).not.toBe('')
  })

  test('sees the thought stop at its budget and an answer follow', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: ask('What is 348 + 275?'),
      temperature: 0,
      ...thinking(true, 5),
    })
    expect(answer.usage?.completion_tokens_details?.reasoning_tokens).toBe(5)
    expect(answer.choices[0]?.message.content).not.toBe('')
  })

  test('makes a tool round trip with a function that the model never saw', async () => {
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'get_tide',
          description: 'Get the tide of a harbour',
          parameters: {
            type: 'object',
            properties: { harbour: { type: 'string' } },
            required: ['harbour'],
          },
        },
      },
    ]
    const messages: OpenAI.ChatCompletionMessageParam[] = ask('Get the tide of Dover.')
    const first = await client.chat.completions.create({
      model,
      messages,
      tools,
      temperature: 0,
      ...thinking(true),
    })
    const call = first.choices[0]?.message.tool_calls?.[0]
    if (first.choices[0] === undefined || call?.type !== 'function')
      throw new Error(`no call: ${JSON.stringify(first)}`)
    expect(first.choices[0].finish_reason).toBe('tool_calls')
    expect(call.function.name).toBe('get_tide')
    expect(JSON.parse(call.function.arguments)).toEqual({ harbour: 'Dover' })

    messages.push(first.choices[0].message)
    messages.push({ role: 'tool', tool_call_id: call.id, content: '{"tide": "high"}' })
    const second = await client.chat.completions.create({
      model,
      messages,
      tools,
      temperature: 0,
      ...thinking(true),
    })
    expect(second.choices[0]?.finish_reason).toBe('stop')
    expect(second.choices[0]?.message.content).toContain('high')
  })

  test('gets as many choices as it asked for, each finished, the prompt counted once', async () => {
    const one = await client.chat.completions.create({ model, messages: ask('Hello!'), ...thinking(false) })
    const answer = await client.chat.completions.create({
      model,
      messages: ask('Hello!'),
      n: 2,
      ...thinking(false),
    })
    expect(answer.choices.map((choice) => choice.index)).toEqual([0, 1])
    for (const choice of answer.choices) expect(choice.message.content).not.toBe('')
    expect(answer.usage?.prompt_tokens).toBe(one.usage?.prompt_tokens)
  })

  test('never sees a stop text', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: ask('Count from 1 to 12.'),
      stop: ['7'],
      temperature: 0,
      ...thinking(false),
    })
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(answer.choices[0]?.message.content).toContain('6')
    expect(answer.choices[0]?.message.content).not.toContain('7')
  })

  test('gets the log probabilities of the answer, and its own stream gathers the same', async () => {
    const body = {
      model,
      messages: ask('What is 17 + 25?'),
      temperature: 0,
      logprobs: true,
      top_logprobs: 2,
      ...thinking(true),
    }
    const [choice] = (await client.chat.completions.create(body)).choices
    const tokens = choice?.logprobs?.content ?? []
    expect(tokens.map(({ token }) => token).join('')).toBe(choice?.message.content)
    for (const { logprob, top_logprobs: top } of tokens) {
      expect(logprob).toBeLessThanOrEqual(0)
      expect(top).toHaveLength(2)
    }
    const gathered = await client.chat.completions.stream(body).finalChatCompletion()
    const streamed = gathered.choices[0]?.logprobs?.content ?? []
    expect(streamed.map(({ token }) => token)).toEqual(tokens.map(({ token }) => token))
  })

  test('is cut at max_tokens and told so', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: ask('Count from 1 to 20.'),
      max_tokens: 6,
      temperature: 0,
      ...thinking(false),
    })
    expect(answer.choices[0]?.finish_reason).toBe('length')
    expect(answer.usage?.completion_tokens).toBeLessThanOrEqual(6 + 4)
  })

  test('gets one JSON object in JSON mode at any temperature', async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: ask('Extract name and age: John is 30 years old.'),
      response_format: { type: 'json_object' },
      temperature: 2,
      top_p: 1,
      ...thinking(false),
    })
    const choice = answer.choices[0]
    const text = choice?.message.content ?? ''
    // What the limit cut is a beginning of an object; what the model ended is a whole one.
    const closed = choice?.finish_reason === 'stop' ? text : '{}'
    expect(text.trimStart()).toMatch(/^\{/)
    expect(JSON.parse(closed)).toBeTypeOf('object')
  })

  test('repeats itself under one seed', async () => {
    const request = { model, messages: ask('Tell me a joke.'), seed: 7, temperature: 1.5, ...thinking(false) }
    const answers = [
      await client.chat.completions.create(request),
      await client.chat.completions.create(request),
    ]
    expect(answers[0]?.choices[0]?.message.content).toBe(answers[1]?.choices[0]?.message.content)
  })

  test('frees the engine when it aborts in mid-stream', async () => {
    const stream = await client.chat.completions.create({
      model,
      messages: ask('Count from 1 to 100.'),
      stream: true,
      ...thinking(false),
    })
    for await (const _chunk of stream) break
    stream.controller.abort()
    await expect(silica.idle()).resolves.toBeUndefined()
  })

  test('gets typed errors that carry the message, the code and the field', async () => {
    const stranger = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: 'sk-nobody', maxRetries: 0 })
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    const request = { model, messages: ask('Hi'), temperature: 3 }
    const error = await client.chat.completions.create(request).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, param: 'temperature' })
    expect(String(error)).toContain('temperature must be')
    const unknown = client.chat.completions.create({ model: 'no/such', messages: ask('Hi') })
    await expect(unknown).rejects.toThrow('Model does not exist. Please check it carefully.')
  })

  test('lists the models', async () => {
    const ids: string[] = []
    for await (const listed of client.models.list()) ids.push(listed.id)
    expect(ids).toEqual([model])
  })
})

/** The statuses of what the client sends, also of what it sends again. */
function watched(silica: TestSilica, statuses: number[], refused: () => void = () => {}): OpenAI {
  return new OpenAI({
    baseURL: `${silica.url}/v1`,
    apiKey: silica.key,
    maxRetries: 8,
    async fetch(...request) {
      const response = await fetch(...request)
      statuses.push(response.status)
      if (response.status !== 200) refused()
      return response
    },
  })
}

describe('the helpers of the openai package', () => {
  test('a stream is gathered into the whole answer', async () => {
    const stream = client.chat.completions.stream({
      model,
      messages: ask('What is the capital of France?'),
      temperature: 0,
      stream_options: { include_usage: true },
      ...thinking(false),
    })
    let text = ''
    stream.on('content', (piece) => (text += piece))
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]?.message.content).toBe(text)
    expect(text).toContain('Paris')
    expect((await stream.totalUsage()).total_tokens).toBeGreaterThan(0)
  })

  test.each([true, false])(
    'the tool runner calls a function and answers with what it gave (stream: %s)',
    async (stream) => {
      const asked = {
        model,
        messages: ask('Get the tide of Dover.'),
        temperature: 0,
        tools: [
          {
            type: 'function' as const,
            function: {
              name: 'get_tide',
              description: 'Get the tide of a harbour',
              parameters: {
                type: 'object',
                properties: { harbour: { type: 'string' } },
                required: ['harbour'],
              },
              parse: (text: string): { harbour: string } => JSON.parse(text),
              function: ({ harbour }: { harbour: string }) => ({ harbour, tide: 'high' }),
            },
          },
        ],
        ...thinking(true),
      }
      const runner = stream
        ? client.chat.completions.runTools({ ...asked, stream })
        : client.chat.completions.runTools(asked)
      expect(await runner.finalContent()).toContain('high')
    },
  )

  test('parse refuses an answer that was cut, and gives one that was not', async () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, age: { type: 'integer' } },
      required: ['name', 'age'],
      additionalProperties: false,
    }
    const asked = {
      model,
      messages: ask('Extract name and age: John is 30 years old.'),
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'person', strict: true, schema },
      },
      temperature: 0,
      ...thinking(false),
    }
    const answer = await client.chat.completions.parse(asked)
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ name: 'John', age: 30 })
    await expect(client.chat.completions.parse({ ...asked, max_tokens: 3 })).rejects.toThrow('length')
  })
})

describe('the openai package tries again', () => {
  test('what was refused with 429', async () => {
    const limits = [{ metric: 'RPM', most: 1 }] as const
    // A minute passes with the first refusal.
    let passed = 0
    const steady = () => performance.now() + passed
    const limited = await openTestSilica(
      { limits: { ...noLimits, level: 'free', levels: new Map([['free', { limits, models: new Map() }]]) } },
      { steady },
    )
    try {
      const statuses: number[] = []
      const own = watched(limited, statuses, () => (passed = 61_000))
      const asked = { model, messages: ask('Hello!'), max_tokens: 4, ...thinking(false) }
      await Promise.all([own.chat.completions.create(asked), own.chat.completions.create(asked)])
      expect(statuses).toContain(429)
      expect(statuses.filter((status) => status === 200)).toHaveLength(2)
    } finally {
      await limited.close()
    }
  })

  test('what was refused with 503', async () => {
    const small = await openTestSilica({ sequences: 1, queue: 0 })
    try {
      const statuses: number[] = []
      const own = watched(small, statuses)
      const asked = { model, messages: ask('Count from 1 to 100.'), max_tokens: 200, ...thinking(false) }
      await Promise.all([own.chat.completions.create(asked), own.chat.completions.create(asked)])
      expect(statuses).toContain(503)
      expect(statuses.filter((status) => status === 200)).toHaveLength(2)
    } finally {
      await small.close()
    }
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure, toFailure } from '../../chat/failure.ts'
import type { Model, ThinkingAbility } from '../../chat/model.ts'
import type { ChatRequest } from '../../chat/request.ts'
import {
  helloRequest,
  inItsWords,
  invalid,
  model,
  plain,
  refusal,
  refused,
} from '../../../tests/wire/refusals.ts'
import { writeFailure } from '../failures.ts'
import type { Circumstances } from '../rules/circumstances.ts'
import { readRequest } from './read-request.ts'
import { bodySchema } from './schema.ts'

const budget = { byDefault: 10, max: 40 }
const hello = [{ role: 'user', content: 'Hello' }]

/** Reads a body that asks `hello` of `m`, but for what `fields` say. */
function read(
  fields: object,
  row: Partial<Model> = {},
  circumstances: Partial<Circumstances> = {},
): ChatRequest {
  const body = JSON.stringify({ model: 'm', messages: hello, ...fields })
  return readText(body, { ...model, ...row }, { ...plain, ...circumstances })
}

function readText(body: string, row = model, circumstances: Circumstances = plain): ChatRequest {
  return readRequest(new TextEncoder().encode(body), (id) => (id === row.id ? row : undefined), circumstances)
}

describe('readRequest, given little,', () => {
  test("answers every question from the model's row", () => {
    expect(read({})).toEqual(helloRequest)
  })

  test('takes null for absent in every optional field', () => {
    const optional = Object.keys(bodySchema.properties).filter((key) => key !== 'model' && key !== 'messages')
    expect(read(Object.fromEntries(optional.map((key) => [key, null])))).toEqual(read({}))
  })

  test('ignores fields that it does not know, and prototype keys', () => {
    expect(read({ user: 'u', store: false, constructor: 1 })).toEqual(read({}))
    const tricky =
      '{"__proto__":{"temperature":9},"model":"m","messages":[{"role":"user","content":"Hello"}]}'
    expect(readText(tricky)).toEqual(read({}))
  })
})

describe('readRequest reads', () => {
  test('sampling', () => {
    const sampling = {
      temperature: 0,
      top_p: 1,
      top_k: 5,
      min_p: 0.1,
      frequency_penalty: -2,
      presence_penalty: 2,
      seed: -1,
    }
    expect(read(sampling).sampling).toEqual({
      temperature: 0,
      topP: 1,
      topK: 5,
      minP: 0.1,
      frequencyPenalty: -2,
      presencePenalty: 2,
      seed: -1,
    })
  })

  test('top_k -1 as off, and min_p only where the model has it', () => {
    expect(read({ top_k: -1 }).sampling.topK).toBe(0)
    expect(read({ min_p: 0.5 }, { minP: false }).sampling.minP).toBe(0)
  })

  test('parallel_tool_calls', () => {
    expect(read({ parallel_tool_calls: false }).parallelCalls).toBe(false)
    expect(read({ parallel_tool_calls: true }).parallelCalls).toBe(true)
  })

  test('logit_bias', () => {
    expect(read({ logit_bias: { 5: -100, 7: 0.5 } }).bias).toEqual([
      { token: 5, bias: -100 },
      { token: 7, bias: 0.5 },
    ])
    expect(read({ logit_bias: {} }).bias).toEqual([])
  })

  test('logprobs, and how many of the likeliest tokens', () => {
    expect(read({ logprobs: true }).logprobs).toBe(0)
    expect(read({ logprobs: true, top_logprobs: 20 }).logprobs).toBe(20)
    expect(read({ logprobs: false }).logprobs).toBeNull()
  })

  test('stop as one text or several', () => {
    expect(read({ stop: 'a' }).stop).toEqual(['a'])
    expect(read({ stop: ['a', 'b', 'c', 'd'] }).stop).toEqual(['a', 'b', 'c', 'd'])
    expect(read({ stop: [] }).stop).toEqual([])
  })

  test('max_tokens, and max_completion_tokens where it is missing', () => {
    expect(read({ max_tokens: 200, max_completion_tokens: 7 }).answerLimit).toBe(200)
    expect(read({ max_completion_tokens: 7 }).answerLimit).toBe(7)
  })

  test('how to reply', () => {
    expect(read({ stream: true }).reply).toEqual({ kind: 'stream', usageChunk: false })
    expect(read({ stream: true, stream_options: { include_usage: true } }).reply).toEqual({
      kind: 'stream',
      usageChunk: true,
    })
    expect(read({ stream_options: { include_usage: true } }).reply).toEqual({ kind: 'whole' })
  })

  test('n, with temperature 0 too', () => {
    expect(read({ n: 8, temperature: 0 }).choices).toBe(8)
  })

  test('prefix as what the answer already holds', () => {
    expect(read({ prefix: '```' }).begun).toEqual({ reasoning: '', text: '```', calls: [] })
  })

  test('response_format', () => {
    expect(read({ response_format: { type: 'text' } }).output).toEqual({ kind: 'text' })
    expect(read({ response_format: { type: 'json_object' } }).output).toEqual({ kind: 'json' })
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    expect(
      read({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } }).output,
    ).toEqual({ kind: 'schema', schema })
  })

  const on = { mode: 'on', budget: 10, effort: { level: 'high', because: 'default' } }
  test.each<[object, ThinkingAbility, object]>([
    [{ enable_thinking: true }, { kind: 'switch', byDefault: false, budget }, on],
    [{ enable_thinking: false }, { kind: 'switch', byDefault: true, budget }, { mode: 'off' }],
    [{}, { kind: 'switch', byDefault: true, budget }, on],
    [{}, { kind: 'always', budget }, on],
    [{ thinking_budget: 1 }, { kind: 'always', budget }, { ...on, budget: 1 }],
    [{ thinking_budget: 99, reasoning_effort: 'max' }, { kind: 'never' }, { mode: 'off' }],
  ])('thinking: %j of a model with %j', (fields, thinking, expected) => {
    expect(read(fields, { thinking }).thinking).toEqual(expected)
  })

  const efforts = { kind: 'choice', byDefault: 'high', agents: 'max' } as const
  const coding = ['read_file', 'str_replace', 'bash'].map((name) => ({
    type: 'function',
    function: { name },
  }))
  test.each([
    [{}, '', 'high', 'default'],
    [{ reasoning_effort: 'low' }, '', 'high', 'asked'],
    [{ reasoning_effort: 'medium' }, '', 'high', 'asked'],
    [{ reasoning_effort: 'high' }, 'opencode/1.0', 'high', 'asked'],
    [{ reasoning_effort: 'xhigh' }, '', 'max', 'asked'],
    [{ reasoning_effort: 'max' }, '', 'max', 'asked'],
    [{}, 'claude-cli/2.1.0 (external, cli)', 'max', 'agent'],
    [{}, 'opencode/1.4.2 ai-sdk/openai-compatible', 'max', 'agent'],
    [{}, 'OpenAI/JS 7.57.0', 'high', 'default'],
    [{}, 'opencoder/1', 'high', 'default'],
    [{ tools: coding }, '', 'max', 'agent'],
    [{ tools: coding, tool_choice: 'none' }, '', 'max', 'agent'],
    [{ tools: coding.slice(0, 2) }, '', 'high', 'default'],
  ])('effort: %j from %j is %s, as %s', (fields, userAgent, level, because) => {
    const row = { thinking: { kind: 'always', budget }, effort: efforts } as const
    expect(read(fields, row, { userAgent }).thinking).toEqual({ ...on, effort: { level, because } })
  })

  test('no effort for a model that has no choice of them, whoever asks', () => {
    const row = { thinking: { kind: 'always', budget } } as const
    expect(read({ reasoning_effort: 'max' }, row, { userAgent: 'opencode/1' }).thinking).toEqual(on)
  })

  test('a request with tools as one without thinking, where the model cannot have both', () => {
    const row = {
      calls: 'without-thinking',
      thinking: { kind: 'switch', byDefault: true, budget },
    } as const
    expect(read({}, row).thinking).toEqual(on)
    expect(read({ tools: coding }, row).thinking).toEqual({ mode: 'off' })
    expect(read({ tools: coding, tool_choice: 'none' }, row).thinking).toEqual(on)
    expect(refused(() => read({ tools: coding, enable_thinking: true }, row))).toEqual(
      invalid('enable_thinking', 'must be false for this model where tools are given'),
    )
  })

  test('the room that a named max_tokens must have', () => {
    expect(read({}).leastRoom).toBe(1)
    expect(read({ max_tokens: 7 }).leastRoom).toBe(7)
    expect(read({ max_completion_tokens: 7 }).leastRoom).toBe(7)
  })

  test('prefix and suffix as a gap to fill', () => {
    const infill = { prefix: '<p>', suffix: '<s>', middle: '<m>' }
    const row = { dialect: { ...model.dialect, infill } }
    expect(read({ prefix: 'a', suffix: 'b' }, row)).toMatchObject({ begun: { text: 'a' }, suffix: 'b' })
    expect(read({ suffix: 'b' }, row)).toMatchObject({ begun: { text: '' }, suffix: 'b' })
    expect(refused(() => read({ suffix: 'b', tools: coding }, row))).toEqual(
      invalid('tools', 'must be empty where a suffix is given'),
    )
    expect(refused(() => read({ suffix: 'b', enable_thinking: true }, row))).toEqual(
      invalid('suffix', 'needs thinking off'),
    )
  })

  test('pictures, sound and films of a model that takes them', () => {
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'https://a/b.png', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
      { type: 'audio_url', audio_url: { url: 'https://a/b.mp3' } },
      { type: 'video_url', video_url: { url: 'https://a/b.mp4', fps: 2, max_frames: 8 } },
      { type: 'video_url', video_url: { url: 'https://a/b.mp4', detail: 'high', max_frams: 9 } },
    ]
    const messages = [{ role: 'user', content }]
    expect(read({ messages }, { media: ['image', 'audio', 'video'] }).messages).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', url: 'https://a/b.png', detail: 'low' },
          { type: 'image', url: 'data:image/png;base64,AA', detail: 'auto' },
          { type: 'audio', url: 'https://a/b.mp3' },
          { type: 'video', url: 'https://a/b.mp4', detail: 'auto', fps: 2, maxFrames: 8 },
          { type: 'video', url: 'https://a/b.mp4', detail: 'high', fps: 0, maxFrames: 9 },
        ],
      },
    ])
    expect(refused(() => read({ messages }, { media: ['image'] }))).toEqual(
      invalid('messages[0].content[3].type', 'must be text or image for this model'),
    )
  })

  test('tools', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string' } } }
    const tools = [
      { type: 'function', function: { name: 'f', description: 'F', parameters, strict: false } },
      { type: 'function', function: { name: 'g-1_X', strict: true } },
    ]
    const none = { type: 'object', properties: {} }
    expect(read({ tools, tool_choice: 'auto' }).tools).toEqual({
      mode: 'auto',
      tools: [
        { name: 'f', description: 'F', parameters, strict: false },
        { name: 'g-1_X', description: '', parameters: none, strict: true },
      ],
    })
    expect(read({ tools, tool_choice: 'required' }).tools).toMatchObject({ mode: 'required' })
    expect(read({ tools, tool_choice: { type: 'function', function: { name: 'f' } } }).tools).toMatchObject({
      mode: 'one',
      tool: { name: 'f' },
      tools: [{ name: 'f' }, { name: 'g-1_X' }],
    })
    expect(read({ tools, tool_choice: 'none' }).tools).toEqual({ mode: 'none' })
    expect(read({ tools: [], tool_choice: 'auto' }, { calls: 'never' }).tools).toEqual({ mode: 'none' })
  })

  test('every kind of message', () => {
    const messages = [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'c' },
          { type: 'text', text: 'd' },
        ],
      },
      {
        role: 'assistant',
        reasoning_content: 'hm',
        tool_calls: [{ id: '1', function: { name: 'f', arguments: '{ }' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'ok' },
      { role: 'assistant', content: 'So.', tool_calls: [] },
    ]
    expect(read({ messages }).messages).toEqual([
      { role: 'system', text: 'Be kind.' },
      { role: 'system', text: 'a\nb' },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'c' },
          { type: 'text', text: 'd' },
        ],
      },
      { role: 'assistant', reasoning: 'hm', text: '', calls: [{ id: '1', name: 'f', arguments: '{ }' }] },
      { role: 'tool', callId: '1', text: 'ok' },
      { role: 'assistant', reasoning: '', text: 'So.', calls: [] },
    ])
  })
})

describe('readRequest refuses', () => {
  test.each([
    ['', 'The parameter is invalid: the body is not JSON: Unexpected end of JSON input.'],
    ['[]', 'The parameter is invalid: the body must be an object, got a list of 0.'],
    ['"m"', 'The parameter is invalid: the body must be an object, got "m".'],
    ['null', 'The parameter is invalid: the body must be an object, got null.'],
  ])('the body %j', (body, message) => {
    expect(refused(() => readText(body))).toEqual(inItsWords(null, message))
  })

  test('JSON that breaks, and says where', () => {
    expect(refusal(() => readText('{"model": "m",}')).message).toContain('position 14')
  })

  test('a body that is not UTF-8, and says where', () => {
    const body = new Uint8Array([...new TextEncoder().encode('{"模'), 0xe6, 0xa8, 0x22])
    expect(refused(() => readRequest(body, () => model, plain))).toEqual(
      inItsWords(null, 'The parameter is invalid: the body is not UTF-8 at byte 5.'),
    )
  })

  test('an unknown model before it looks at anything else', () => {
    const unknown = [400, 20012, 'model', 'Model does not exist. Please check it carefully.']
    expect(refused(() => read({ model: 'x', messages: 3 }))).toEqual(unknown)
    expect(refused(() => read({ model: '__proto__' }))).toEqual(unknown)
  })

  test.each([
    [{ model: undefined }, inItsWords('model', 'The parameter is invalid: model: Field required')],
    [{ model: '' }, inItsWords('model', 'The parameter is invalid. Please check again.')],
    [{ model: 7 }, invalid('model', 'must be a text that is not empty, got 7')],
    [{ temperature: 3 }, invalid('temperature', 'must be a number between 0 and 2, got 3')],
    [{ temperature: '1' }, invalid('temperature', 'must be a number between 0 and 2, got "1"')],
    [{ top_p: 0 }, invalid('top_p', 'must be a number above 0 and at most 1, got 0')],
    [{ top_k: 1.5 }, invalid('top_k', 'must be an integer between -1 and 2147483647, got 1.5')],
    [{ top_k: -2 }, invalid('top_k', 'must be an integer between -1 and 2147483647, got -2')],
    [{ min_p: 1.1 }, invalid('min_p', 'must be a number between 0 and 1, got 1.1')],
    [
      { frequency_penalty: -2.1 },
      invalid('frequency_penalty', 'must be a number between -2 and 2, got -2.1'),
    ],
    [{ presence_penalty: true }, invalid('presence_penalty', 'must be a number between -2 and 2, got true')],
    [
      { seed: 1e300 },
      invalid('seed', 'must be an integer between -9007199254740991 and 9007199254740991, got 1e+300'),
    ],
    [{ n: 9 }, invalid('n', 'must be an integer between 1 and 8, got 9')],
    [{ n: 0 }, invalid('n', 'must be an integer between 1 and 8, got 0')],
    [{ stream: 'true' }, invalid('stream', 'must be true or false, got "true"')],
    [{ stream_options: [] }, invalid('stream_options', 'must be an object, got a list of 0')],
    [{ stop: ['a', ''] }, invalid('stop[1]', 'must be a text of 1 to 1024 characters, got ""')],
    [{ stop: '' }, invalid('stop', 'must be a text of 1 to 1024 characters or a list of at most 4, got ""')],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, invalid('stop', 'must be a list of at most 4, got a list of 5')],
    [{ max_tokens: 0 }, invalid('max_tokens', 'must be an integer of at least 1, got 0')],
    [{ max_tokens: 201 }, invalid('max_tokens', 'must be between 1 and 200 for this model, got 201')],
    [
      { max_completion_tokens: 201 },
      invalid('max_completion_tokens', 'must be between 1 and 200 for this model, got 201'),
    ],
    [{ thinking_budget: 0 }, invalid('thinking_budget', 'must be an integer between 1 and 32768, got 0')],
    [{ thinking_budget: 41 }, invalid('thinking_budget', 'must be between 1 and 40 for this model, got 41')],
    [{ enable_thinking: 'no' }, invalid('enable_thinking', 'must be true or false, got "no"')],
    [
      { reasoning_effort: 'minimal' },
      invalid('reasoning_effort', 'must be one of "low", "medium", "high", "xhigh", "max", got "minimal"'),
    ],
    [{ prefix: {} }, invalid('prefix', 'must be a text, got an object')],
    [{ prefix: 'a', enable_thinking: true }, invalid('prefix', 'needs thinking off')],
    [{ suffix: 'a' }, invalid('suffix', 'must be empty: this model has not learned to fill in the middle')],
    [{ logprobs: 1 }, invalid('logprobs', 'must be true or false, got 1')],
    [{ top_logprobs: 3 }, invalid('top_logprobs', 'needs logprobs to be true')],
    [{ logprobs: false, top_logprobs: 0 }, invalid('top_logprobs', 'needs logprobs to be true')],
    [
      { logprobs: true, top_logprobs: 21 },
      invalid('top_logprobs', 'must be an integer between 0 and 20, got 21'),
    ],
    [{ logit_bias: [1] }, invalid('logit_bias', 'must be an object, got a list of 1')],
    [{ logit_bias: { '-1': 1 } }, invalid('logit_bias', 'must have ids of tokens as keys, got "-1"')],
    [{ logit_bias: { 5: -101 } }, invalid('logit_bias.5', 'must be a number between -100 and 100, got -101')],
    [{ logit_bias: { 5: '1' } }, invalid('logit_bias.5', 'must be a number between -100 and 100, got "1"')],
    [
      { logit_bias: Object.fromEntries(Array.from({ length: 1025 }, (_, id) => [id, 1])) },
      invalid('logit_bias', 'must have at most 1024 entries, got 1025'),
    ],
    [
      { response_format: { type: 'json_schema', json_schema: {} } },
      inItsWords(
        'response_format.json_schema.schema',
        'The parameter is invalid: response_format.json_schema.schema: Field required',
      ),
    ],
    [{ response_format: 'json' }, invalid('response_format', 'must be an object, got "json"')],
    [
      { response_format: { type: 'xml' } },
      inItsWords(
        'response_format.type',
        "Input tag 'xml' found using 'type' does not match any of the expected tags: 'text', 'json_object', 'json_schema'",
      ),
    ],
  ])('%j', (fields, expected) => {
    expect(refused(() => read(fields))).toEqual(expected)
  })

  test('more of a text than a glimpse in its own message', () => {
    const message = refusal(() => read({ temperature: 'x'.repeat(9999) })).message
    expect(message.length).toBeLessThan(150)
    expect(message).toContain('got "xxxxxxxx')
  })

  test.each<[ThinkingAbility, boolean]>([
    [{ kind: 'never' }, false],
    [{ kind: 'never' }, true],
    [{ kind: 'always', budget }, true],
  ])('enable_thinking of a model with %j', (thinking, value) => {
    expect(refused(() => read({ enable_thinking: value }, { thinking }))).toEqual(
      inItsWords(
        'enable_thinking',
        'Value error, current model does not support parameter `enable_thinking`.',
      ),
    )
  })

  test('what the model cannot do', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }]
    expect(refused(() => read({ tools }, { calls: 'never' }))).toEqual([
      400,
      20037,
      'tools',
      'Function call is not supported for this model.',
    ])
    expect(refused(() => read({ response_format: { type: 'json_object' } }, { json: false }))).toEqual([
      400,
      20024,
      'response_format',
      'Json mode is not supported for this model.',
    ])
  })

  test('what the service takes and does not document, where it is to be held to its word', () => {
    const documented = { compat: 'documented' } as const
    const many = (count: number) => ({ messages: Array(count).fill(hello[0]) })
    expect(read(many(10), {}, documented).messages).toHaveLength(10)
    expect(read(many(11)).messages).toHaveLength(11)
    expect(refused(() => read(many(11), {}, documented))).toEqual(
      inItsWords('messages', 'List should have at most 10 items after validation, not 11'),
    )
    const row = { thinking: { kind: 'always', budget: { byDefault: 128, max: 256 } } } as const
    expect(read({ thinking_budget: 128 }, row, documented).thinking).toMatchObject({ budget: 128 })
    expect(read({ thinking_budget: 127 }, row).thinking).toMatchObject({ budget: 127 })
    expect(refused(() => read({ thinking_budget: 127 }, row, documented))).toEqual(
      invalid('thinking_budget', 'must be an integer between 128 and 32768, got 127'),
    )
  })

  const tags = "does not match any of the expected tags: 'system', 'user', 'assistant', 'tool'"
  const media = 'The model is not a VLM (Vision Language Model). Please use text-only prompts.'
  const orphan =
    '"messages" in request are illegal: Message has tool role, but there was no previous assistant message with a tool call!..'
  const call = { id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }
  test.each([
    [[], inItsWords('messages', 'List should have at least 1 item after validation')],
    ['hi', invalid('messages', 'must be a list, got "hi"')],
    [['hi'], invalid('messages[0]', 'must be an object, got "hi"')],
    [
      [...hello, { role: 'developer', content: 'x' }],
      inItsWords('messages[1].role', `Input tag 'developer' found using 'role' ${tags}`),
    ],
    [[{ role: 3, content: 'x' }], inItsWords('messages[0].role', `Input tag 3 found using 'role' ${tags}`)],
    [
      [{ content: 'x' }],
      inItsWords('messages[0].role', 'The parameter is invalid: messages[0].role: Field required'),
    ],
    [
      [{ role: 'user' }],
      inItsWords('messages[0].content', 'The parameter is invalid: messages[0].content: Field required'),
    ],
    [[{ role: 'user', content: null }], invalid('messages[0].content', 'must be a text or a list, got null')],
    [
      [{ role: 'user', content: [] }],
      inItsWords('messages[0].content', 'List should have at least 1 item after validation'),
    ],
    [
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a' } }] }],
      inItsWords('messages[0].content[0].type', media),
    ],
    [
      [{ role: 'user', content: [{ type: 'text' }] }],
      inItsWords(
        'messages[0].content[0].text',
        'The parameter is invalid: messages[0].content[0].text: Field required',
      ),
    ],
    [
      [...hello, { role: 'assistant', content: null }],
      inItsWords('messages[1].content', 'The parameter is invalid: messages[1].content: Field required'),
    ],
    [
      [{ role: 'assistant', tool_calls: [{ ...call, function: { name: 'f', arguments: {} } }] }],
      invalid('messages[0].tool_calls[0].function.arguments', 'must be a text, got an object'),
    ],
    [
      [...hello, { role: 'tool', tool_call_id: '1', content: '' }],
      inItsWords('messages[1].tool_call_id', orphan),
    ],
    [
      [
        { role: 'tool', tool_call_id: '1', content: '' },
        { role: 'assistant', tool_calls: [call] },
      ],
      inItsWords('messages[0].tool_call_id', orphan),
    ],
    [
      [
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: '2', content: '' },
      ],
      invalid('messages[1].tool_call_id', 'must be the id of a call made before it, got "2"'),
    ],
    [[{ role: 'system', content: 'x' }], inItsWords('messages', 'No user query found in messages.')],
  ])('the messages %j', (messages, expected) => {
    expect(refused(() => read({ messages }))).toEqual(expected)
  })

  const tool = { type: 'function', function: { name: 'f' } }
  let deep: object = {}
  for (let at = 0; at < 64; at++) deep = { deep }
  test.each([
    [{ tools: 'f' }, invalid('tools', 'must be a list of at most 128, got "f"')],
    [{ tools: Array(129).fill(tool) }, invalid('tools', 'must be a list of at most 128, got a list of 129')],
    [{ tools: [{ ...tool, type: 'search' }] }, invalid('tools[0].type', 'must be "function", got "search"')],
    [
      { tools: [{ ...tool, function: { name: 'a b' } }] },
      invalid('tools[0].function.name', 'must be a text that matches ^[a-zA-Z0-9_-]{1,64}$, got "a b"'),
    ],
    [{ tools: [tool, tool] }, invalid('tools[1].function.name', 'must be a name of its own, got "f" again')],
    [
      { tools: [{ ...tool, function: { name: 'f', parameters: deep } }] },
      invalid('tools[0].function.parameters', 'must be nested at most 64 deep'),
    ],
    [{ tool_choice: 'any' }, inItsWords('tool_choice', "Input should be 'none', 'auto' or 'required'")],
    [
      { tool_choice: { type: 'x' } },
      inItsWords('tool_choice', "Input should be 'none', 'auto' or 'required'"),
    ],
    [
      { tool_choice: 'required' },
      invalid('tool_choice', 'must be "none" or "auto" where no tools are given'),
    ],
    [{ tool_choice: tool }, invalid('tool_choice', 'must be "none" or "auto" where no tools are given')],
    [
      { tools: [tool], tool_choice: { type: 'function', function: { name: 'g' } } },
      invalid('tool_choice.function.name', 'must be the name of one of the tools, got "g"'),
    ],
  ])('the tools %j', (fields, expected) => {
    expect(refused(() => read(fields))).toEqual(expected)
  })
})

describe('readRequest, given anything,', () => {
  const fields = Object.keys(bodySchema.properties)
  const likely = fc.constantFrom<unknown>(
    true,
    'none',
    'text',
    [[]],
    [{}],
    [null],
    { type: 'function' },
    [{ type: 'text', text: 'a' }],
    hello,
    [{ role: 'assistant', tool_calls: [{}] }],
    [{ type: 'function', function: { name: 'f', parameters: {} } }],
  )
  const someFields = fc.dictionary(
    fc.constantFrom(...fields, '__proto__'),
    fc.oneof(likely, fc.jsonValue()),
    { noNullPrototype: true, maxKeys: 5 },
  )

  test('reads it or refuses it with a 400 of few words, and throws nothing else', () => {
    const property = fc.property(someFields, (some) => {
      let failure = new Failure('invalid-request', 'Read.')
      try {
        read(some)
      } catch (error) {
        failure = toFailure(error)
      }
      expect(writeFailure(failure).status).toBe(400)
      expect(failure.message.length).toBeLessThan(300)
    })
    fc.assert(property, { numRuns: 1000 })
  })

  test('reads or refuses any bytes', () => {
    const property = fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      (body) => {
        expect(refusal(() => readRequest(body, () => undefined, plain)).kind).toMatch(
          /^(invalid-request|unknown-model)$/,
        )
      },
    )
    fc.assert(property, { numRuns: 500 })
  })

  test('needs no stack for what is deep, and finds the fault at the end of what is long', () => {
    const ask = '{"model":"m","messages":[{"role":"user","content":"Hello"}]'
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    const many = [...Array(50_000).fill(hello[0]), 3]
    expect(readText(`${ask},"x":${deep}}`)).toEqual(read({}))
    refusal(() => readText(`${ask},"logit_bias":${deep}}`))
    refusal(() =>
      readText(`${ask},"tools":[{"type":"function","function":{"name":"f","parameters":${deep}}}]}`),
    )
    expect(refusal(() => read({ messages: many })).field).toBe('messages[50000]')
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  helloRequest,
  inItsWords,
  invalid,
  model,
  plain,
  refusal,
  refused,
} from '../../../tests/wire/refusals.ts'
import { Failure, toFailure } from '../../chat/failure.ts'
import type { Model, ThinkingAbility } from '../../chat/model.ts'
import type { ChatRequest } from '../../chat/request.ts'
import { writeFailure } from '../failures.ts'
import type { Circumstances } from '../rules/circumstances.ts'
import { readRequest } from './read-request.ts'
import { bodySchema } from './schema.ts'

const hello = [{ role: 'user', content: 'Hello' }]

/** Reads a body that asks `hello` of `m`, but for what `fields` say. */
function read(
  fields: object,
  row: Partial<Model> = {},
  circumstances: Partial<Circumstances> = {},
): ChatRequest {
  const body = new TextEncoder().encode(JSON.stringify({ model: 'm', messages: hello, ...fields }))
  const find = (id: string) => (id === 'm' ? { ...model, ...row } : undefined)
  return readRequest(body, find, { ...plain, ...circumstances })
}

const budget = { byDefault: 10, max: 40 }
const always = { thinking: { kind: 'always', budget } } as const
const never = { thinking: { kind: 'never' } } as const
const byDefault = { thinking: { kind: 'switch', byDefault: true, budget } } as const
const because = { level: 'high', because: 'default' }
const tool = { name: 'f', input_schema: { type: 'object' } }

describe('readRequest, given little,', () => {
  test("answers every question from the model's row, the answer's length too", () => {
    expect(read({})).toEqual(helloRequest)
  })

  test('takes null for absent in every optional field', () => {
    const optional = Object.keys(bodySchema.properties).filter((key) => key !== 'model' && key !== 'messages')
    expect(read(Object.fromEntries(optional.map((key) => [key, null])))).toEqual(read({}))
  })

  test('ignores what asks for nothing that the answer would show', () => {
    const ignored = {
      metadata: { user_id: 'u' },
      service_tier: 'auto',
      cache_control: { type: 'ephemeral' },
      context_management: { edits: [] },
      betas: ['x'],
      mcp_servers: [],
      container: null,
    }
    expect(read(ignored)).toEqual(read({}))
  })
})

describe('readRequest reads', () => {
  test('the fields that chat completions have as well', () => {
    const fields = { temperature: 0, top_p: 1, top_k: 5, max_tokens: 7, stop_sequences: ['a'], stream: true }
    expect(read(fields)).toMatchObject({
      sampling: { ...model.sampling, temperature: 0, topP: 1, topK: 5 },
      answerLimit: 7,
      leastRoom: 7,
      stop: ['a'],
      reply: { kind: 'stream' },
    })
  })

  test('system as a text or as blocks, before the messages, and as a role', () => {
    const blocks = [
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
      { type: 'text', text: 'b' },
    ]
    expect(read({ system: 'a\nb' }).messages[0]).toEqual({ role: 'system', text: 'a\nb' })
    expect(read({ system: blocks })).toEqual(read({ system: 'a\nb' }))
    expect(read({ system: [] })).toEqual(read({}))
    const first = [{ role: 'system', content: 'b' }, ...hello]
    expect(read({ system: 'a', messages: first })).toEqual(read({ system: 'a\nb' }))
  })

  test('later instructions in their place, and turns that follow one of the same side as one turn', () => {
    const call = { type: 'tool_use', id: '1', name: 'f', input: {} }
    const messages = [
      ...hello,
      { role: 'system', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }, call] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: 'c' }] },
      { role: 'user', content: 'd' },
    ]
    expect(read({ messages }).messages).toEqual([
      { role: 'user', parts: ['Hello', 'a'].map((text) => ({ type: 'text', text })) },
      {
        role: 'assistant',
        reasoning: 'hm',
        text: 'b',
        calls: [{ id: '1', name: 'f', arguments: '{}' }],
      },
      { role: 'tool', callId: '1', text: 'c' },
      { role: 'user', parts: [{ type: 'text', text: 'd' }] },
    ])
  })

  test('thoughts, calls and their results, what failed, and what a result shows', () => {
    const url = 'https://a/b.png'
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'abcdefghij' },
          { type: 'redacted_thinking', data: 'xyz' },
          { type: 'text', text: 'c' },
          { type: 'tool_use', id: '1', name: 'f', input: { a: 1 } },
          { type: 'tool_use', id: '2', name: 'f', input: '{"a' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: '1', content: 'ok' },
          {
            type: 'tool_result',
            tool_use_id: '2',
            is_error: true,
            content: [
              { type: 'text', text: 'no' },
              { type: 'image', source: { type: 'url', url } },
              { type: 'text', text: 'way' },
            ],
          },
          { type: 'tool_result', tool_use_id: '1' },
          { type: 'text', text: 'd' },
        ],
      },
      { role: 'assistant', content: [] },
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }],
      },
    ]
    expect(read({ messages }, { media: ['image'] }).messages).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        reasoning: 'hm',
        text: 'c',
        calls: [
          { id: '1', name: 'f', arguments: '{"a":1}' },
          { id: '2', name: 'f', arguments: '{"a' },
        ],
      },
      { role: 'tool', callId: '1', text: 'ok' },
      { role: 'tool', callId: '2', text: 'Error: no\nway' },
      { role: 'tool', callId: '1', text: '' },
      {
        role: 'user',
        parts: [
          { type: 'image', url, detail: 'auto' },
          { type: 'text', text: 'd' },
        ],
      },
      { role: 'assistant', reasoning: '', text: '', calls: [] },
      { role: 'user', parts: [{ type: 'image', url: 'data:image/png;base64,aGk=', detail: 'auto' }] },
    ])
  })

  test('tools, and every choice among them', () => {
    const read1 = { name: 'f', description: '', parameters: { type: 'object' }, strict: false }
    const choose = (choice: object) => read({ tools: [tool], tool_choice: choice }).tools
    expect(read({ tools: [tool] }).tools).toEqual({ mode: 'auto', tools: [read1] })
    expect(choose({ type: 'auto' })).toEqual({ mode: 'auto', tools: [read1] })
    expect(choose({ type: 'any' })).toEqual({ mode: 'required', tools: [read1] })
    expect(choose({ type: 'none' })).toEqual({ mode: 'none' })
    expect(choose({ type: 'tool', name: 'f' })).toEqual({ mode: 'one', tool: read1, tools: [read1] })
    const described = { ...tool, type: 'custom', description: 'd', strict: true }
    expect(read({ tools: [described] }).tools).toMatchObject({ tools: [{ description: 'd', strict: true }] })
    const one = { tools: [tool], tool_choice: { type: 'auto', disable_parallel_tool_use: true } }
    expect(read(one).parallelCalls).toBe(false)
  })

  test.each<[object | null, Partial<Model>, object]>([
    [null, byDefault, { mode: 'on', budget: 10, effort: because }],
    [{ type: 'enabled', budget_tokens: 5 }, {}, { mode: 'on', budget: 5, effort: because }],
    [{ type: 'enabled' }, always, { mode: 'on', budget: 10, effort: because }],
    [{ type: 'adaptive' }, {}, { mode: 'on', budget: 10, effort: because }],
    [{ type: 'adaptive' }, always, { mode: 'on', budget: 10, effort: because }],
    [{ type: 'adaptive' }, never, { mode: 'off' }],
    [{ type: 'disabled' }, byDefault, { mode: 'off' }],
    [{ type: 'disabled' }, never, { mode: 'off' }],
  ])('thinking %j of a model with %j', (thinking, row, expected) => {
    expect(read({ thinking }, row).thinking).toEqual(expected)
  })

  test('adaptive thinking as none where the model calls only without', () => {
    const row = { calls: 'without-thinking' } as const
    expect(read({ tools: [tool], thinking: { type: 'adaptive' } }, row).thinking).toEqual({ mode: 'off' })
  })

  test('the effort that was asked for, and that of an agent', () => {
    const row = { ...always, effort: { kind: 'choice', byDefault: 'high', agents: 'max' } } as const
    const effort = (fields: object, userAgent = '') => {
      const { thinking } = read(fields, row, { userAgent })
      return thinking.mode === 'on' ? thinking.effort : null
    }
    expect(effort({})).toEqual({ level: 'high', because: 'default' })
    expect(effort({}, 'claude-cli/2.0.1 (external, cli)')).toEqual({ level: 'max', because: 'agent' })
    expect(effort({ tools: ['Write', 'Bash'].map((name) => ({ ...tool, name })) })).toMatchObject({
      because: 'agent',
    })
    expect(effort({ output_config: { effort: 'medium' } })).toEqual({ level: 'high', because: 'asked' })
    expect(effort({ output_config: { effort: 'high' } }, 'claude-cli/2')).toMatchObject({ level: 'max' })
  })

  test('a schema that the answer must follow', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } }
    expect(read({ output_config: { format } }).output).toEqual({ kind: 'schema', schema: format.schema })
  })

  test('a last message of the assistant as the beginning of the answer', () => {
    const prefilled = (content: unknown, row: Partial<Model> = {}) =>
      read({ messages: [...hello, { role: 'assistant', content }] }, row)
    expect(prefilled('So')).toEqual({ ...read({}), begun: { reasoning: '', text: 'So', calls: [] } })
    expect(prefilled([{ type: 'text', text: 'So' }])).toEqual(prefilled('So'))
    expect(prefilled('So', byDefault).thinking).toEqual({ mode: 'off' })
    const thought = { type: 'thinking', thinking: 'hm', signature: '' }
    expect(prefilled([thought, { type: 'text', text: 'So' }], byDefault)).toMatchObject({
      thinking: { mode: 'on' },
      begun: { reasoning: 'hm', text: 'So' },
    })
  })
})

describe('readRequest refuses', () => {
  test('an unknown model before it looks at anything else', () => {
    const unknown = [400, 20012, 'model', 'Model does not exist. Please check it carefully.']
    expect(refused(() => read({ model: 'x', messages: 3 }))).toEqual(unknown)
  })

  test.each([
    [{ model: undefined }, inItsWords('model', 'The parameter is invalid: model: Field required')],
    [{ temperature: 3 }, invalid('temperature', 'must be a number between 0 and 2, got 3')],
    [{ max_tokens: 0 }, invalid('max_tokens', 'must be an integer of at least 1, got 0')],
    [{ max_tokens: 201 }, invalid('max_tokens', 'must be between 1 and 200 for this model, got 201')],
    [{ stop_sequences: 'a' }, invalid('stop_sequences', 'must be a list of at most 4, got "a"')],
    [{ system: 5 }, invalid('system', 'must be a text or a list, got 5')],
    [{ thinking: true }, invalid('thinking', 'must be an object, got true')],
    [
      { thinking: { type: 'auto' } },
      inItsWords(
        'thinking.type',
        "Input tag 'auto' found using 'type' does not match any of the expected tags: 'enabled', 'disabled', 'adaptive'",
      ),
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 41 } },
      invalid('thinking.budget_tokens', 'must be between 1 and 40 for this model, got 41'),
    ],
    [
      { output_config: { effort: 'huge' } },
      invalid('output_config.effort', 'must be one of "low", "medium", "high", "xhigh", "max", got "huge"'),
    ],
    [{ n: 2 }, invalid('n', 'does not exist in this API: one answer is given')],
    [{ stop: ['a'] }, invalid('stop', 'does not exist in this API: use stop_sequences')],
    [{ enable_thinking: false }, invalid('enable_thinking', 'does not exist in this API: use thinking')],
    [
      { thread: { type: 'create' } },
      invalid('thread', 'does not exist in this API: send the whole conversation each time'),
    ],
    [
      { mcp_servers: [{ url: 'x' }] },
      invalid('mcp_servers', 'does not exist in this API: no server is called from here'),
    ],
    [
      { messages: [...hello, { role: 'assistant', content: 'So' }], thinking: { type: 'enabled' } },
      invalid('messages[1].content', 'needs thinking off'),
    ],
  ])('%j', (fields, expected) => {
    expect(refused(() => read(fields))).toEqual(expected)
  })

  test.each<[string, ThinkingAbility, string]>([
    ['enabled', { kind: 'never' }, 'must be "disabled" for this model, which never thinks'],
    ['disabled', { kind: 'always', budget }, 'must be "enabled" for this model, which always thinks'],
  ])('thinking %s of a model with %j', (type, thinking, what) => {
    expect(refused(() => read({ thinking: { type } }, { thinking }))).toEqual(invalid('thinking.type', what))
  })

  test('what the model cannot do', () => {
    const unsupported = 'Function call is not supported for this model.'
    expect(refused(() => read({ tools: [tool] }, { calls: 'never' }))).toEqual([
      400,
      20037,
      'tools',
      unsupported,
    ])
    const format = { type: 'json_schema', schema: {} }
    expect(refused(() => read({ output_config: { format } }, { json: false }))).toEqual([
      400,
      20024,
      'output_config.format',
      'Json mode is not supported for this model.',
    ])
    const both = { tools: [tool], thinking: { type: 'enabled' } }
    expect(refused(() => read(both, { calls: 'without-thinking' }))).toEqual(
      invalid('thinking.type', 'must be "disabled" for this model where tools are given'),
    )
  })

  test('what the service refuses, where it is to be held to its word', () => {
    const documented = { compat: 'documented' } as const
    const many = { messages: Array(11).fill(hello[0]) }
    expect(refused(() => read(many, {}, documented))).toEqual(
      inItsWords('messages', 'List should have at most 10 items after validation, not 11'),
    )
    expect(refused(() => read({ thinking: { type: 'adaptive' } }, {}, documented))).toEqual(
      inItsWords('thinking.type', 'thinking type should be enabled or disabled'),
    )
  })

  const image = { type: 'image', source: { type: 'url', url: 'https://a' } }
  const media = 'The model is not a VLM (Vision Language Model). Please use text-only prompts.'
  const call = { type: 'tool_use', id: '1', name: 'f', input: {} }
  test.each([
    [[], inItsWords('messages', 'List should have at least 1 item after validation')],
    [
      [{ role: 'tool', content: 'x' }],
      inItsWords(
        'messages[0].role',
        "Input tag 'tool' found using 'role' does not match any of the expected tags: 'system', 'user', 'assistant'",
      ),
    ],
    [
      [{ role: 'user', content: [] }],
      inItsWords('messages[0].content', 'List should have at least 1 item after validation'),
    ],
    [
      [{ role: 'user', content: [{ type: 'document' }] }],
      inItsWords(
        'messages[0].content[0].type',
        "Input tag 'document' found using 'type' does not match any of the expected tags: 'text', 'image', 'tool_result'",
      ),
    ],
    [[{ role: 'user', content: [image] }], inItsWords('messages[0].content[0].type', media)],
    [
      [
        ...hello,
        { role: 'assistant', content: [call] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: '1', content: [image] }] },
      ],
      inItsWords('messages[2].content[0].content[0].type', media),
    ],
    [
      [
        ...hello,
        { role: 'assistant', content: [call] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: '2' }] },
      ],
      invalid('messages[2].content[0].tool_use_id', 'must be the id of a call made before it, got "2"'),
    ],
    [
      [...hello, { role: 'assistant', content: [call] }],
      invalid('messages[1].content', 'must be followed by the results of its calls'),
    ],
    [[{ role: 'system', content: 'x' }], inItsWords('messages', 'No user query found in messages.')],
    [[{ role: 'assistant', content: 'x' }], inItsWords('messages', 'No user query found in messages.')],
  ])('the messages %j', (messages, expected) => {
    expect(refused(() => read({ messages }))).toEqual(expected)
  })

  let deep: object = {}
  for (let at = 0; at < 64; at++) deep = { deep }
  test.each([
    [
      { tools: [{ name: 'f' }] },
      inItsWords('tools[0].input_schema', 'The parameter is invalid: tools[0].input_schema: Field required'),
    ],
    [
      { tools: [{ ...tool, type: 'web_search_20250305' }] },
      invalid('tools[0].type', 'must be "custom", got "web_search_20250305"'),
    ],
    [{ tools: [tool, tool] }, invalid('tools[1].name', 'must be a name of its own, got "f" again')],
    [
      { tools: [{ ...tool, input_schema: deep }] },
      invalid('tools[0].input_schema', 'must be nested at most 64 deep'),
    ],
    [
      { tools: [tool], tool_choice: { type: 'tool', name: 'g' } },
      invalid('tool_choice.name', 'must be the name of one of the tools, got "g"'),
    ],
    [
      { tool_choice: { type: 'any' } },
      invalid('tool_choice.type', 'must be "none" or "auto" where no tools are given'),
    ],
    [{ tools: [tool], tool_choice: 'auto' }, invalid('tool_choice', 'must be an object, got "auto"')],
  ])('the tools %j', (fields, expected) => {
    expect(refused(() => read(fields))).toEqual(expected)
  })
})

describe('readRequest, given anything,', () => {
  const likely = fc.constantFrom<unknown>(
    true,
    'none',
    [[]],
    [{}],
    [null],
    { type: 'tool' },
    { type: 'enabled' },
    [{ type: 'text', text: 'a' }],
    hello,
    [{ role: 'assistant', content: [{ type: 'tool_use' }] }],
    [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: '1' }] }],
    [tool],
  )
  const someFields = fc.dictionary(
    fc.constantFrom(...Object.keys(bodySchema.properties), 'n', 'container', '__proto__'),
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

  test('joins a great many turns at once', () => {
    const messages = Array(100_000).fill(hello[0])
    expect(read({ messages }).messages).toHaveLength(1)
  })

  test('reads or refuses any bytes', () => {
    const property = fc.property(fc.uint8Array(), (body) => {
      const attempt = () => readRequest(body, () => undefined, plain)
      expect(refusal(attempt).kind).toMatch(/^(invalid-request|unknown-model)$/)
    })
    fc.assert(property, { numRuns: 300 })
  })
})

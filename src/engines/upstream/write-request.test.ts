import { describe, expect, test } from 'vitest'
import { aModel, aPrompt } from '../../../tests/contract/prompts.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { Model } from '../../chat/model.ts'
import type { Part, Prompt } from '../../chat/request.ts'
import { begunOf } from './begun.ts'
import { type ServerKind, servers } from './servers.ts'
import { writeCompletion, writeRequest } from './write-request.ts'

const thinks = { mode: 'on', budget: 100, effort: { level: 'max', because: 'asked' } } as const
const kinds = ['vllm', 'sglang', 'llama-server', 'siliconflow', 'openai'] as const

function written(
  server: ServerKind,
  changed: Partial<Prompt> = {},
  budget: 'here' | 'there' = 'here',
): JsonObject {
  const prompt = { ...aPrompt, ...changed }
  const begun = begunOf(prompt)
  const whole = prompt.reading === 'at its end'
  const order = { traits: servers[server], model: 'm', prompt, begun, choices: 1, first: 0, budget, whole }
  return (prompt.messages.length === 0 ? writeCompletion(order) : writeRequest(order)).body
}

/** What a request has that the one for an ordinary question has not. */
function added(server: ServerKind, changed: Partial<Prompt>, budget?: 'here' | 'there'): JsonObject {
  const plain = JSON.stringify(written(server))
  const all = Object.entries(written(server, changed, budget))
  return Object.fromEntries(
    all.filter(([name, value]) => !plain.includes(JSON.stringify({ [name]: value }).slice(1, -1))),
  )
}

test.each(kinds)('what comes whole is asked for without what streams have: %s', (server) => {
  const stream = written(server)
  const whole = written(server, { reading: 'at its end' })
  expect([stream['stream'], whole['stream']]).toEqual([true, false])
  expect(Object.keys(stream).filter((name) => !(name in whole))).toEqual(
    server === 'llama-server' ? ['stream_options', 'timings_per_token'] : ['stream_options'],
  )
})

describe('a request in the words of its server', () => {
  test.each([
    ['vllm', { chat_template_kwargs: { enable_thinking: true, reasoning_effort: 'max' }, max_tokens: 132 }],
    ['sglang', { chat_template_kwargs: { enable_thinking: true, reasoning_effort: 'max' }, max_tokens: 132 }],
    [
      'llama-server',
      { chat_template_kwargs: { enable_thinking: true, reasoning_effort: 'max' }, max_tokens: 132 },
    ],
    ['siliconflow', { enable_thinking: true }],
  ] as const)(
    '%s is told to think, and given room for thought and answer where it counts both',
    (server, fields) => {
      expect(added(server, { thinking: thinks })).toEqual(fields)
    },
  )

  test.each([
    ['vllm', 'thinking_token_budget'],
    ['llama-server', 'thinking_budget_tokens'],
    ['siliconflow', 'thinking_budget'],
  ] as const)('%s is told the budget that it keeps to as %s', (server, field) => {
    expect(added(server, { thinking: thinks }, 'there')).toMatchObject({ [field]: 100 })
    expect(JSON.stringify(written(server, { thinking: thinks }, 'here'))).not.toContain(field)
  })

  test('logprobs are asked for where the server tells them, one of the likeliest at least', () => {
    expect(added('vllm', { logprobs: 5 })).toEqual({ logprobs: true, top_logprobs: 5 })
    expect(added('llama-server', { logprobs: 0 })).toEqual({ logprobs: true, top_logprobs: 1 })
    expect(() => written('siliconflow', { logprobs: 0 })).toThrow('logprobs')
  })

  test('biases are handed on by the ids of their tokens', () => {
    const bias = [{ token: 5, bias: -100 }]
    expect(added('vllm', { bias })).toEqual({ logit_bias: { 5: -100 } })
    expect(() => written('siliconflow', { bias })).toThrow('logit_bias')
  })

  test('no server but those that know them is sent top_k and min_p', () => {
    for (const server of kinds.slice(0, 4)) expect(Object.keys(written(server))).toContain('top_k')
    expect(Object.keys(written('openai'))).not.toContain('top_k')
    expect(Object.keys(written('openai'))).not.toContain('min_p')
  })

  test('what a server cannot be asked for is refused where the caller asked, not where a row’s default did', () => {
    expect(() => written('openai', { sampling: { ...aModel.sampling, topK: 5 } })).toThrow(
      'does not support top_k',
    )
    expect(() => written('openai', { sampling: { ...aModel.sampling, minP: 0.5 } })).toThrow(
      'does not support min_p',
    )
    const model: Model = { ...aModel, sampling: { ...aModel.sampling, topK: 50 } }
    expect(Object.keys(written('openai', { model, sampling: model.sampling }))).not.toContain('top_k')
    expect(() => written('openai', { thinking: thinks })).toThrow('thinking to be switched on')
  })

  test('an open thought goes on as text, as parts, or not at all', () => {
    const begun = { begun: { reasoning: 'Well', text: '', calls: [] }, thinking: thinks }
    const last = (server: ServerKind) => {
      const { messages } = written(server, begun)
      return Array.isArray(messages) ? messages.at(-1) : undefined
    }
    expect(last('vllm')).toEqual({ role: 'assistant', content: '<think>\nWell' })
    expect(last('llama-server')).toEqual({ role: 'assistant', content: '', reasoning_content: 'Well' })
    for (const server of ['siliconflow', 'openai'] as const)
      expect(() => written(server, begun)).toThrow('going on')
  })

  test('an answer behind a thought goes on likewise, and a thought without budget is closed', () => {
    const begun = { reasoning: 'Well\n', text: 'Yes', calls: [] }
    expect(written('vllm', { begun, thinking: thinks })['messages']).toContainEqual({
      role: 'assistant',
      content: '<think>\nWell\n</think>\n\nYes',
    })
    const closed = { begun: { ...begun, text: '' }, thinking: { ...thinks, budget: 0 } }
    expect(written('vllm', closed)).toMatchObject({ max_tokens: 16, continue_final_message: true })
    expect(written('llama-server', closed)['continue_final_message']).toBe('content')
  })

  test('the service goes on with a prefix', () => {
    const begun = { reasoning: '', text: 'Yes', calls: [] }
    expect(added('siliconflow', { begun })).toEqual({ prefix: 'Yes' })
  })

  test('a bare text is sent as it stands, and a gap in the words of its server', () => {
    const infill = { prefix: '<p>', suffix: '<s>', middle: '<m>' }
    const model: Model = { ...aModel, dialect: { ...aModel.dialect, infill } }
    const text = { model, messages: [], begun: { reasoning: '', text: 'Once', calls: [] } }
    for (const server of kinds) {
      const { prompt, messages, chat_template_kwargs: kwargs } = written(server, text)
      expect([prompt, messages, kwargs]).toEqual(['Once', undefined, undefined])
      const gap = written(server, { ...text, suffix: 'end' })
      const marked = server !== 'siliconflow' && server !== 'openai'
      expect([gap['prompt'], gap['suffix']]).toEqual(
        marked ? ['<p>Once<s>end<m>', undefined] : ['Once', 'end'],
      )
    }
  })

  test('a call that must be of one tool is one that must be, of a single tool', () => {
    const tool = { name: 'a', description: '', parameters: {}, strict: false }
    const tools = { mode: 'one', tool, tools: [tool, { ...tool, name: 'b' }] } as const
    for (const server of kinds) {
      expect(added(server, { tools })).toEqual({
        tools: [{ type: 'function', function: { name: 'a', description: '', parameters: {} } }],
        tool_choice: 'required',
      })
    }
  })

  test('pictures go to all, sounds and videos to those that take them', () => {
    const shows = (part: Part): Partial<Prompt> => ({ messages: [{ role: 'user', parts: [part] }] })
    const sound = shows({ type: 'audio', url: 'data:audio/mpeg;base64,AAAA' })
    expect(JSON.stringify(written('vllm', sound))).toContain(
      '"audio_url":{"url":"data:audio/mpeg;base64,AAAA"}',
    )
    expect(JSON.stringify(written('llama-server', sound))).toContain(
      '"input_audio":{"data":"AAAA","format":"mp3"}',
    )
    expect(() => written('openai', sound)).toThrow('does not support audios')
    const film = shows({ type: 'video', url: 'https://a/b.mp4', detail: 'auto', fps: 2, maxFrames: 0 })
    expect(JSON.stringify(written('siliconflow', film))).toContain('"fps":2')
    expect(() => written('vllm', film)).toThrow('fps and max_frames')
  })
})

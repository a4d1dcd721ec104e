import { describe, expect, test } from 'vitest'
import { toFailure } from '../../src/chat/failure.ts'
import type { Model } from '../../src/chat/model.ts'
import { writeFailure } from '../../src/wire/failures.ts'
import { ask, bundledEmbedders, bundledModels } from './bundled.ts'

/** What the seed and the service's model pages say of a model, written down apart from its row. */
interface Rules {
  readonly id: string
  readonly thinking: 'on' | 'off' | 'never' | 'always'
  readonly tools?: 'never' | 'without-thinking'
  readonly efforts?: true
  readonly minP?: true
  readonly json?: false
  readonly media?: Model['media']
  readonly window: number
  readonly answer: number
}

const sees: Model['media'] = ['image', 'video']
const models: readonly Rules[] = [
  { id: 'Pro/zai-org/GLM-5', thinking: 'on', window: 202752, answer: 131072 },
  { id: 'Pro/zai-org/GLM-4.7', thinking: 'on', window: 202752, answer: 131072 },
  { id: 'deepseek-ai/DeepSeek-V3.2', thinking: 'off', window: 163840, answer: 163840 },
  { id: 'Pro/deepseek-ai/DeepSeek-V3.2', thinking: 'off', window: 163840, answer: 163840 },
  { id: 'zai-org/GLM-4.6', thinking: 'on', window: 202752, answer: 131072 },
  { id: 'Qwen/Qwen3-8B', thinking: 'on', minP: true, window: 131072, answer: 131072 },
  { id: 'Qwen/Qwen3-14B', thinking: 'on', minP: true, window: 131072, answer: 131072 },
  { id: 'Qwen/Qwen3-32B', thinking: 'on', minP: true, window: 131072, answer: 131072 },
  { id: 'Qwen/Qwen3-30B-A3B', thinking: 'on', minP: true, window: 131072, answer: 131072 },
  { id: 'tencent/Hunyuan-A13B-Instruct', thinking: 'on', tools: 'never', window: 131072, answer: 8192 },
  { id: 'zai-org/GLM-4.5V', thinking: 'on', media: sees, window: 65536, answer: 16384 },
  {
    id: 'deepseek-ai/DeepSeek-V3.1-Terminus',
    thinking: 'off',
    tools: 'without-thinking',
    window: 163840,
    answer: 163840,
  },
  {
    id: 'Pro/deepseek-ai/DeepSeek-V3.1-Terminus',
    thinking: 'off',
    tools: 'without-thinking',
    window: 163840,
    answer: 163840,
  },
  { id: 'Qwen/Qwen3.5-397B-A17B', thinking: 'on', media: sees, window: 262144, answer: 262144 },
  { id: 'Qwen/Qwen3.5-122B-A10B', thinking: 'on', media: sees, window: 262144, answer: 262144 },
  { id: 'Qwen/Qwen3.5-35B-A3B', thinking: 'on', media: sees, window: 262144, answer: 262144 },
  { id: 'Qwen/Qwen3.5-27B', thinking: 'on', media: sees, window: 262144, answer: 262144 },
  { id: 'Qwen/Qwen3.5-9B', thinking: 'on', media: sees, window: 262144, answer: 65536 },
  { id: 'Qwen/Qwen3.5-4B', thinking: 'on', media: sees, window: 262144, answer: 65536 },
  { id: 'deepseek-ai/DeepSeek-V4-Flash', thinking: 'on', efforts: true, window: 1048576, answer: 393216 },
  {
    id: 'deepseek-ai/DeepSeek-OCR',
    thinking: 'never',
    tools: 'never',
    json: false,
    media: ['image', 'pdf'],
    window: 8192,
    answer: 8192,
  },
  {
    id: 'deepseek-ai/deepseek-vl2',
    thinking: 'never',
    tools: 'never',
    json: false,
    media: ['image'],
    window: 4096,
    answer: 4096,
  },
  { id: 'Qwen/Qwen3-VL-32B-Instruct', thinking: 'never', media: sees, window: 262144, answer: 262144 },
  { id: 'Qwen/Qwen3-VL-32B-Thinking', thinking: 'always', media: sees, window: 262144, answer: 262144 },
  {
    id: 'Qwen/Qwen3-Omni-30B-A3B-Instruct',
    thinking: 'never',
    media: ['image', 'audio', 'video'],
    window: 65536,
    answer: 65536,
  },
  { id: 'silica/nano', thinking: 'on', minP: true, window: 8192, answer: 4096 },
]

/** Status, code and message of a refusal, or null where there is none. */
function refusal(id: string, fields: object): readonly [number, unknown, string] | null {
  try {
    ask(id, fields)
    return null
  } catch (error) {
    const failure = toFailure(error)
    const { status, body } = writeFailure(failure)
    const { code }: { code: unknown } = JSON.parse(body)
    return [status, code, failure.message]
  }
}

const tools = [{ type: 'function', function: { name: 'f' } }]
const shows = (part: object) => ({ messages: [{ role: 'user', content: [part] }] })
const parts = {
  image: shows({ type: 'image_url', image_url: { url: 'https://a/b.png' } }),
  audio: shows({ type: 'audio_url', audio_url: { url: 'https://a/b.mp3' } }),
  video: shows({ type: 'video_url', video_url: { url: 'https://a/b.mp4' } }),
}

test('every bundled row has its rules here, and every model named here has a row', () => {
  expect(models.map(({ id }) => id).toSorted()).toEqual(bundledModels.map(({ id }) => id).toSorted())
})

describe.each(models)('$id', (rules) => {
  const { id, thinking, tools: calls, efforts, minP, json, media = [], window, answer } = rules
  const switches = thinking === 'on' || thinking === 'off'
  const refused = (fields: object) => refusal(id, fields)

  test('enable_thinking', () => {
    const text = 'Value error, current model does not support parameter `enable_thinking`.'
    for (const enable_thinking of [true, false])
      expect(refused({ enable_thinking })).toEqual(switches ? null : [400, 20015, text])
    for (const enable_thinking of switches ? [true, false] : [])
      expect(ask(id, { enable_thinking }).thinking.mode).toBe(enable_thinking ? 'on' : 'off')
    expect(ask(id).thinking.mode).toBe(thinking === 'on' || thinking === 'always' ? 'on' : 'off')
  })

  test('thinking_budget', () => {
    const on = switches ? { enable_thinking: true } : {}
    for (const thinking_budget of [1, 128, 4096, 32768]) {
      const read = ask(id, { ...on, thinking_budget }).thinking
      expect(read).toMatchObject(thinking === 'never' ? { mode: 'off' } : { budget: thinking_budget })
    }
    const text =
      'The parameter is invalid: thinking_budget must be an integer between 1 and 32768, got 32769.'
    expect(refused({ ...on, thinking_budget: 32769 })).toEqual([400, 20015, text])
  })

  test('reasoning_effort', () => {
    const on = switches ? { enable_thinking: true } : {}
    const level = (reasoning_effort: string) => ask(id, { ...on, reasoning_effort }).thinking
    const chosen = (name: 'high' | 'max') =>
      efforts ? { level: name, because: 'asked' } : { level: 'high', because: 'default' }
    for (const [name, meant] of [
      ['low', 'high'],
      ['medium', 'high'],
      ['high', 'high'],
      ['xhigh', 'max'],
      ['max', 'max'],
    ] as const) {
      expect(level(name)).toMatchObject(thinking === 'never' ? { mode: 'off' } : { effort: chosen(meant) })
    }
  })

  test('min_p', () => {
    expect(ask(id, { min_p: 0.05 }).sampling.minP).toBe(minP ? 0.05 : 0)
  })

  test('tools', () => {
    const unable = [400, 20037, 'Function call is not supported for this model.']
    expect(refused({ tools })).toEqual(calls === 'never' ? unable : null)
    const text =
      'The parameter is invalid: enable_thinking must be false for this model where tools are given.'
    const both = calls === 'without-thinking' ? [400, 20015, text] : calls === 'never' ? unable : null
    expect(switches ? refused({ tools, enable_thinking: true }) : both).toEqual(both)
  })

  test('response_format', () => {
    const json_schema = { name: 'x', schema: { type: 'object' } }
    for (const response_format of [{ type: 'json_object' }, { type: 'json_schema', json_schema }]) {
      expect(refused({ response_format })).toEqual(
        json === false ? [400, 20024, 'Json mode is not supported for this model.'] : null,
      )
    }
  })

  test('media', () => {
    for (const medium of ['image', 'audio', 'video'] as const) {
      const text =
        media.length === 0
          ? 'The model is not a VLM (Vision Language Model). Please use text-only prompts.'
          : `The parameter is invalid: messages[0].content[0].type must be text or ${media.join(' or ')} for this model.`
      expect(refused(parts[medium])).toEqual(media.includes(medium) ? null : [400, 20015, text])
    }
  })

  test('max_tokens', () => {
    expect(ask(id).model.contextLength).toBe(window)
    expect(ask(id, { max_tokens: answer })).toMatchObject({ answerLimit: answer, leastRoom: answer })
    const text = `The parameter is invalid: max_tokens must be between 1 and ${answer} for this model, got ${answer + 1}.`
    expect(refused({ max_tokens: answer + 1 })).toEqual([400, 20015, text])
  })

  test('the rest of its surface is that of every model', () => {
    expect(
      refused({ stop: ['a', 'b', 'c', 'd'], n: 2, top_k: 50, top_p: 0.7, frequency_penalty: 0.5 }),
    ).toBeNull()
    expect(refusal(id.toUpperCase() + 'x', {})).toEqual([
      400,
      20012,
      'Model does not exist. Please check it carefully.',
    ])
  })
})

test('the models that make embeddings, by window and vector, as their makers published them', () => {
  const told = bundledEmbedders.map(({ id, contextLength, embedding }) => [
    id,
    contextLength,
    embedding?.dimensions,
  ])
  expect(told).toEqual([
    ['BAAI/bge-m3', 8192, 1024],
    ['Pro/BAAI/bge-m3', 8192, 1024],
    ['BAAI/bge-large-zh-v1.5', 512, 1024],
    ['BAAI/bge-large-en-v1.5', 512, 1024],
    ['netease-youdao/bce-embedding-base_v1', 512, 768],
    ['Qwen/Qwen3-Embedding-8B', 32768, 4096],
    ['Qwen/Qwen3-Embedding-4B', 32768, 2560],
    ['Qwen/Qwen3-Embedding-0.6B', 32768, 1024],
  ])
  for (const { id, embedding } of bundledEmbedders) {
    expect(embedding?.shortens).toBe(id.startsWith('Qwen/'))
    expect(() => ask(id)).toThrow('/v1/embeddings')
  }
})

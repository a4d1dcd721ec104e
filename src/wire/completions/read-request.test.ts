import { describe, expect, test } from 'vitest'
import { helloRequest, invalid, model, refused } from '../../../tests/wire/refusals.ts'
import type { ChatEvent } from '../../chat/event.ts'
import type { Model } from '../../chat/model.ts'
import { readRequest } from './read-request.ts'
import { answerWriter } from './write-answer.ts'
import { streamWriter } from './write-stream.ts'

const infill = { prefix: '<p>', suffix: '<s>', middle: '<m>' }

function read(fields: object, row: Partial<Model> = {}) {
  const body = new TextEncoder().encode(JSON.stringify({ model: 'm', prompt: 'Once', ...fields }))
  return readRequest(body, () => ({ ...model, ...row }))
}

describe('a request for the continuation of a text', () => {
  test('is one without messages, whose answer has begun', () => {
    const begun = { reasoning: '', text: 'Once', calls: [] }
    expect(read({})).toEqual({ chat: { ...helloRequest, messages: [], begun }, opening: '' })
    expect(read({ prompt: ['Once'] })).toEqual(read({}))
  })

  test('never thinks, whatever the model does', () => {
    const budget = { byDefault: 10, max: 40 }
    expect(read({}, { thinking: { kind: 'always', budget } }).chat.thinking).toEqual({ mode: 'off' })
  })

  test('reads the fields of chat completions', () => {
    const fields = { stream: true, stream_options: { include_usage: true }, max_tokens: 7, stop: 'x', n: 3 }
    expect(read({ ...fields, best_of: 3, temperature: 0, seed: 5 }).chat).toMatchObject({
      reply: { kind: 'stream', usageChunk: true },
      answerLimit: 7,
      leastRoom: 7,
      stop: ['x'],
      choices: 3,
      sampling: { temperature: 0, seed: 5 },
    })
  })

  test('may be a gap', () => {
    const { chat } = read({ prompt: '', suffix: 'end' }, { dialect: { ...model.dialect, infill } })
    expect([chat.begun.text, chat.suffix]).toEqual(['', 'end'])
  })

  test.each([
    [{ prompt: null }, invalid('prompt', 'must be a text or a list of at most 1, got null')],
    [{ prompt: '' }, invalid('prompt', 'must not be empty where no suffix is given')],
    [{ prompt: ['a', 'b'] }, invalid('prompt', 'must be a list of at most 1, got a list of 2')],
    [{ suffix: 'b' }, invalid('suffix', 'must be empty: this model has not learned to fill in the middle')],
    [{ logprobs: 0 }, invalid('logprobs', 'must be null: it is not supported here')],
    [{ best_of: 2 }, invalid('best_of', 'must be n, which is 1: every choice is given')],
    [{ max_tokens: 201 }, invalid('max_tokens', 'must be between 1 and 200 for this model, got 201')],
  ])('is refused where it says %j', (fields, expected) => {
    expect(refused(() => read(fields))).toEqual(expected)
  })
})

const said: readonly ChatEvent[] = [
  { type: 'prompt', choice: 0, tokens: 3, cached: 1 },
  { type: 'prompt', choice: 1, tokens: 3, cached: 1 },
  { type: 'text', choice: 1, text: ' b', tokens: 1 },
  { type: 'text', choice: 0, text: ' a', tokens: 1 },
  { type: 'text', choice: 0, text: ' "c"', tokens: 2 },
  { type: 'finish', choice: 1, reason: 'length' },
  { type: 'finish', choice: 0, reason: 'stop' },
]

describe.each([false, true])('the answer, with echo %s,', (echo) => {
  const asked = read({ n: 2, echo, stream: true, stream_options: { include_usage: true } })
  const head = { id: 'i', created: 1, model: 'm' }
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }

  test('has OpenAI’s shape, and L2: joining the chunks of its stream gives the same', () => {
    const writer = answerWriter(head, asked)
    for (const event of said) writer.write(event)
    const begun = echo ? 'Once' : ''
    const whole = {
      id: 'i',
      object: 'text_completion',
      created: 1,
      model: 'm',
      choices: [
        { index: 0, text: `${begun} a "c"`, logprobs: null, finish_reason: 'stop' },
        { index: 1, text: `${begun} b`, logprobs: null, finish_reason: 'length' },
      ],
      usage,
    }
    expect(JSON.parse(writer.end())).toMatchObject(whole)

    const stream = streamWriter(head, asked)
    const lines = (said.map((event) => stream.write(event)).join('') + stream.end()).trim().split('\n\n')
    expect(lines.at(-1)).toBe('data: [DONE]')
    const chunks = lines.slice(0, -1).map((line): typeof whole => JSON.parse(line.replace('data: ', '')))
    expect(chunks.every((chunk) => 'usage' in chunk)).toBe(true)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage })
    const merged = whole.choices.map(({ index }) => {
      const own = chunks.flatMap(({ choices }) => choices.filter((one) => one.index === index))
      const text = own.map((one) => one.text).join('')
      return { index, text, logprobs: null, finish_reason: own.at(-1)?.finish_reason }
    })
    expect(merged).toEqual(whole.choices)
  })
})

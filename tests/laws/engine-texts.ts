import fc from 'fast-check'
import type { ChatEvent, EngineReason } from '../../src/chat/event.ts'
import type { CallSyntax } from '../../src/chat/model.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { decoded, readCase, replay } from '../golden/replay.ts'
import { glm, type Meant, writeCalls } from './call-writers.ts'

/** One name begins another, and the arguments are of every type. */
const tools = [
  ['f', {}],
  ['get', { a: { type: 'string' }, b: { type: 'array' } }],
  [
    'get_weather',
    {
      city: { type: 'string' },
      days: { type: 'integer' },
      exact: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
      where: { type: 'object' },
      note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    },
  ],
].map(([name, properties]) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties } },
}))

/**
 * Asks for everything that `decode` does: thought, calls, wrappers and two stop texts of which one is inside the other's
 * reach.
 */
export function asks(syntax: CallSyntax): ChatRequest {
  const asked = readCase({
    model: `golden/${syntax}`,
    messages: [{ role: 'user', content: 'Hello' }],
    tools,
    stop: ['STOP', 'TOPS!'],
  })
  const dialect = { ...asked.model.dialect, wrappers: ['<answer>', '</answer>'] }
  return { ...asked, model: { ...asked.model, dialect } }
}

export const request = asks('hermes')

/** The same without stop texts: nothing that the engine says is left out. */
export const unstopped: ChatRequest = { ...request, stop: [] }

const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    '\n',
    ' a\n\nb ',
    '"',
    '\\',
    '</tool_call>',
    '<think>',
    '<',
    '{"a": [1',
    'STOP',
    '你好 😀',
  ),
)

/** A call that a model may mean, of arguments as their schemas want them. No text holds the mark that closes it. */
export const meant: fc.Arbitrary<Meant> = fc
  .oneof(
    fc.record({ name: fc.constant('f'), arguments: fc.constant({}) }),
    fc.record({ name: fc.constant('get'), arguments: fc.record({ a: text, b: fc.array(fc.jsonValue()) }) }),
    fc.record({
      name: fc.constant('get_weather'),
      arguments: fc.record(
        {
          city: text,
          days: fc.integer(),
          exact: fc.boolean(),
          tags: fc.array(text),
          where: fc.dictionary(fc.string(), fc.jsonValue()),
          note: fc.constantFrom(null, 'rain', 'a\nb'),
        },
        { requiredKeys: [] },
      ),
    }),
  )
  .map(({ name, arguments: values }) => ({ name, arguments: JSON.parse(JSON.stringify(values)) }))

const unknown: fc.Arbitrary<Meant> = fc.constantFrom(
  { name: 'unknown', arguments: { a: 1 } },
  { name: 'get_', arguments: {} },
)

/** What a model may write: whole thoughts and calls, and any wreckage of them. */
function engineText(syntax: CallSyntax): fc.Arbitrary<string> {
  const write = writeCalls[syntax]
  const calls = fc.array(fc.oneof({ weight: 4, arbitrary: meant }, unknown), { minLength: 1, maxLength: 3 })
  const block = fc.oneof(
    calls.map(write),
    ...(syntax === 'glm' ? [calls.map((all) => all.map((call) => glm(call, '')).join(''))] : []),
  )
  const cut = fc.tuple(block, fc.nat(), fc.nat()).map(([whole, from, to]) => {
    const [first = 0, last = 0] = [from % whole.length, to % whole.length].sort((a, b) => a - b)
    return whole.slice(0, first) + whole.slice(last)
  })
  const sample = write([
    { name: 'get_weather', arguments: { city: 'a', days: 1, exact: true } },
    { name: 'f', arguments: {} },
  ])
  const scraps = [
    ...(sample.match(/<[^<>]*>|[{}[\]:,"]|\s+|[^\s<>{}[\]:,"]+/g) ?? []),
    ...'<think> </think> </ <answer> </answer> STOP ST TOPS ! 😀 你好 unknown \\ null'.split(' '),
    '\n',
    '\r\n',
    '\n\n',
    ' ',
  ]
  const scrap = fc.tuple(fc.constantFrom(...scraps), fc.boolean()).map(([one, half]) => {
    return half ? one.slice(0, Math.ceil(one.length / 2)) : one
  })
  const part = fc.oneof(
    { weight: 3, arbitrary: block },
    { weight: 2, arbitrary: cut },
    { weight: 6, arbitrary: scrap },
    fc.string(),
  )
  const starts = ['', '<think>\n', '\n <think>', '<think>\nHm.\n</think>\n\n', '</think>\n', '<answer>\n']
  return fc
    .tuple(fc.constantFrom(...starts), fc.array(part, { maxLength: 12 }), fc.constantFrom('', '\n</answer>'))
    .map(([start, parts, last]) => start + parts.join('') + last)
}

/** A text and places to cut it at. */
export function cutTexts(syntax: CallSyntax): fc.Arbitrary<{ text: string; pieces: readonly string[] }> {
  return fc.tuple(engineText(syntax), fc.array(fc.nat(), { maxLength: 40 })).map(([whole, places]) => {
    const ends = [...new Set([...places.map((place) => place % (whole.length + 1)), whole.length])]
    ends.sort((a, b) => a - b)
    return { text: whole, pieces: ends.map((end, at) => whole.slice(ends[at - 1] ?? 0, end)) }
  })
}

export const cutText = cutTexts('hermes')

/** What an engine says that writes these pieces, of one token each, and then ends. */
export function said(
  pieces: readonly string[],
  reason: EngineReason = 'stop',
  choice = 0,
): readonly ChatEvent[] {
  return [
    { type: 'prompt', choice, tokens: 7, cached: 0 },
    ...pieces.map((text): ChatEvent => ({ type: 'text', choice, text, tokens: 1 })),
    { type: 'finish', choice, reason },
  ]
}

/** The same with a log probability for each token that shows something. */
export function scored(events: readonly ChatEvent[]): readonly ChatEvent[] {
  return events.map((event) => {
    if (event.type !== 'text' || event.text === '') return event
    const { text } = event
    return { ...event, logprobs: [{ text, bytes: [...Buffer.from(text)], logprob: -1, top: [] }] }
  })
}

/** Everything that `decode` makes of it. */
export async function collect(
  asked: ChatRequest,
  events: readonly ChatEvent[],
): Promise<readonly ChatEvent[]> {
  const out: ChatEvent[] = []
  for await (const event of decoded(asked, events)) out.push(event)
  return out
}

export function countTokens(events: readonly ChatEvent[], ...types: readonly ChatEvent['type'][]): number {
  let tokens = 0
  for (const event of events) {
    if (event.type !== 'finish' && types.includes(event.type)) tokens += event.tokens
  }
  return tokens
}

/** The body of a chat completion, as far as the laws look into it. */
export interface AnswerBody {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly choices: readonly {
    readonly index: number
    readonly message: {
      readonly role: string
      readonly content: string
      readonly reasoning_content?: string
      readonly tool_calls?: readonly {
        readonly id: string
        readonly type: string
        readonly function: { readonly name: string; readonly arguments: string }
      }[]
    }
    readonly logprobs?: { readonly content: readonly { readonly token: string }[] } | null
    readonly finish_reason: string
  }[]
  readonly usage: object
  readonly system_fingerprint: string
}

/** The folded answer. */
export async function fold(asked: ChatRequest, events: readonly ChatEvent[]): Promise<AnswerBody> {
  const body: AnswerBody = JSON.parse((await replay(asked, events)).answer)
  return body
}

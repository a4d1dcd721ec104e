import fc from 'fast-check'
import type { ChatEvent, FinishReason } from '../../src/chat/event.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { decoded, readCase, replay } from '../golden/replay.ts'

const tools = ['f', 'get_weather'].map((name) => ({ type: 'function', function: { name } }))

/** Asks for everything that `decode` does: thought, calls and two stop texts of which one is inside the other's reach. */
export const request = readCase({
  model: 'golden/marked',
  messages: [{ role: 'user', content: 'Hello' }],
  tools,
  stop: ['STOP', 'TOPS!'],
})

/** The same without stop texts: nothing that the engine says is left out. */
export const unstopped: ChatRequest = { ...request, stop: [] }

const call = fc
  .record({
    name: fc.constantFrom('f', 'get_weather', 'unknown'),
    value: fc.oneof(fc.string(), fc.constantFrom('</tool_call>', '<think>', '}', '\\', 'STOP')),
    first: fc.boolean(),
  })
  .map(({ name, value, first }) => {
    const fields = [`"name": "${name}"`, `"arguments": ${JSON.stringify({ a: value, b: [{}] })}`]
    return `<tool_call>\n{${(first ? fields : fields.reverse()).join(', ')}}\n</tool_call>`
  })

const cutCall = fc.tuple(call, fc.nat()).map(([text, place]) => text.slice(0, place % text.length))

const scrap = fc.oneof(
  fc.constantFrom(
    '<think>',
    '</think>',
    '<tool_call>',
    '</tool_call>',
    '<',
    '</',
    '<tool',
    '\n',
    '\n\n',
    ' ',
  ),
  fc.constantFrom('{"name": "f"', ', "arguments": {', '{"arguments": {}', '"name"', '"', '{', '}', '\\', 'f'),
  fc.constantFrom('STOP', 'ST', 'TOPS', '!', '😀', '你好'),
)

/** What a model may write: whole thoughts and calls, and any wreckage of them. */
export const engineText = fc
  .tuple(
    fc.constantFrom('', '<think>\n', '\n <think>', '<think>\nHm.\n</think>\n\n'),
    fc.array(
      fc.oneof(
        { weight: 2, arbitrary: call },
        { weight: 1, arbitrary: cutCall },
        { weight: 5, arbitrary: scrap },
        fc.string(),
      ),
      {
        maxLength: 12,
      },
    ),
  )
  .map(([start, rest]) => start + rest.join(''))

/** A text and places to cut it at. */
export const cutText = fc.tuple(engineText, fc.array(fc.nat(), { maxLength: 40 })).map(([text, places]) => {
  const ends = [...new Set([...places.map((place) => place % (text.length + 1)), text.length])].sort(
    (a, b) => a - b,
  )
  return { text, pieces: ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end)) }
})

/** What an engine says that writes these pieces, of one token each, and then ends. */
export function said(
  pieces: readonly string[],
  reason: FinishReason = 'stop',
  choice = 0,
): readonly ChatEvent[] {
  return [
    { type: 'prompt', choice, tokens: 7, cached: 0 },
    ...pieces.map((text): ChatEvent => ({ type: 'text', choice, text, tokens: 1 })),
    { type: 'finish', choice, reason },
  ]
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

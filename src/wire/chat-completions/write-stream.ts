import { type ChatEvent, type FinishReason, logprobsOf } from '../../chat/event.ts'
import type { ChatRequest } from '../../chat/request.ts'
import { addUsage, noUsage } from '../../chat/usage.ts'
import { writeFailureObject } from '../failures.ts'
import type { StreamWriter } from '../writers.ts'
import { writeLogprobs } from './write-logprobs.ts'
import { usageWriter } from './write-usage.ts'

/** What stands at the head of an answer. `created` is in seconds. */
export interface AnswerHead {
  readonly id: string
  readonly created: number
  readonly model: string
}

/** The words of `finish_reason`. */
export const finishReasons = {
  stop: 'stop',
  'stop-text': 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
} as const satisfies Record<FinishReason, string>

/** Each chunk says the usage so far. After the last one comes the usage alone where it was asked for, then `[DONE]`. */
export function streamWriter(head: AnswerHead, request: ChatRequest): StreamWriter {
  const { id, created, model } = head
  const open = (choices: readonly object[]) =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, choices })}`
  // Up to where a delta stands: text that is written as one costs less than its pieces, many times over.
  const heads = Array.from({ length: request.choices }, (_, index) =>
    open([{ index, delta: {} }]).slice(0, -4),
  )
  const firstDelta =
    request.thinking.mode === 'on'
      ? '"content":null,"reasoning_content":"","role":"assistant"'
      : '"content":"","reasoning_content":null,"role":"assistant"'
  const writeUsage = usageWriter()
  let usage = noUsage

  const closing = () => `],"system_fingerprint":"","usage":${writeUsage(usage)}}\n\n`
  const scored = (event: ChatEvent) =>
    request.logprobs === null ? '' : `"logprobs":${JSON.stringify(writeLogprobs(logprobsOf(event)))},`
  const chunk = (event: ChatEvent, delta: string, reason: string) =>
    `${heads[event.choice]}${delta}},${scored(event)}"finish_reason":${reason}}${closing()}`

  return {
    write(event) {
      usage = addUsage(usage, event)
      if (event.type === 'finish') {
        return chunk(event, '"content":"","reasoning_content":null', `"${finishReasons[event.reason]}"`)
      }
      const delta = event.type === 'prompt' ? firstDelta : writeDelta(event)
      return delta === '' ? '' : chunk(event, delta, 'null')
    },
    end() {
      const asked = request.reply.kind === 'stream' && request.reply.usageChunk
      return (asked ? open([]).slice(0, -2) + closing() : '') + 'data: [DONE]\n\n'
    },
    fail: (failure) => `data: ${writeFailureObject(failure)}\n\n`,
    ping: '',
  }
}

/**
 * The inside of a `delta`. Later pieces of a call leave `id`, `type` and `name` out, as OpenAI does; the service repeats
 * them as null and "", and clients that merge what is not undefined then lose the name.
 */
function writeDelta(event: Exclude<ChatEvent, { type: 'prompt' | 'finish' }>): string {
  switch (event.type) {
    case 'text':
      return event.text && `"content":${JSON.stringify(event.text)},"reasoning_content":null`
    case 'reasoning':
      return event.text && `"content":null,"reasoning_content":${JSON.stringify(event.text)}`
    case 'call-start': {
      const { call: index, id, name } = event
      return writeCall({ index, id, type: 'function', function: { name, arguments: '' } })
    }
    case 'call-text':
      return event.text && writeCall({ index: event.call, function: { arguments: event.text } })
    case 'mark':
    case 'uncounted':
      return ''
  }
}

function writeCall(call: object): string {
  return `"content":null,"reasoning_content":null,"tool_calls":[${JSON.stringify(call)}]`
}

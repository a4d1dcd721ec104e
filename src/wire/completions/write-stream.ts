import { addUsage, noUsage } from '../../chat/usage.ts'
import { type AnswerHead, finishReasons } from '../chat-completions/write-stream.ts'
import { writeUsage } from '../chat-completions/write-usage.ts'
import { writeFailureObject } from '../failures.ts'
import type { StreamWriter } from '../writers.ts'
import type { CompletionRequest } from './read-request.ts'

/** As the writer of chat completions: each chunk says the usage so far. */
export function streamWriter(head: AnswerHead, { chat, opening }: CompletionRequest): StreamWriter {
  const { id, created, model } = head
  const named = JSON.stringify({ id, object: 'text_completion', created, model })
  const start = `data: ${named.slice(0, -1)},"choices":[`
  let usage = noUsage

  const closing = () => `],"system_fingerprint":"","usage":${writeUsage(usage)}}\n\n`
  const chunk = (index: number, text: string, reason: string | null) =>
    start + JSON.stringify({ index, text, logprobs: null, finish_reason: reason }) + closing()

  return {
    write(event) {
      usage = addUsage(usage, event)
      if (event.type === 'finish') return chunk(event.choice, '', finishReasons[event.reason])
      const text = event.type === 'prompt' ? opening : event.type === 'text' ? event.text : ''
      return text === '' ? '' : chunk(event.choice, text, null)
    },
    end() {
      const asked = chat.reply.kind === 'stream' && chat.reply.usageChunk
      return (asked ? start + closing() : '') + 'data: [DONE]\n\n'
    },
    fail: (failure) => `data: ${writeFailureObject(failure)}\n\n`,
    ping: '',
  }
}

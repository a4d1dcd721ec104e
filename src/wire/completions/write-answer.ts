import type { FinishReason } from '../../chat/event.ts'
import { addUsage, noUsage } from '../../chat/usage.ts'
import { type AnswerHead, finishReasons } from '../chat-completions/write-stream.ts'
import { writeUsage } from '../chat-completions/write-usage.ts'
import type { AnswerWriter } from '../writers.ts'
import type { CompletionRequest } from './read-request.ts'

export function answerWriter(head: AnswerHead, { chat, opening }: CompletionRequest): AnswerWriter {
  const choices = Array.from({ length: chat.choices }, (): { text: string; reason: FinishReason } => {
    return { text: opening, reason: 'stop' }
  })
  let usage = noUsage
  return {
    write(event) {
      usage = addUsage(usage, event)
      const choice = choices[event.choice]
      if (choice && event.type === 'text') choice.text += event.text
      if (choice && event.type === 'finish') choice.reason = event.reason
    },
    end() {
      const { id, created, model } = head
      const written = choices.map(({ text, reason }, index) => {
        return { index, text, logprobs: null, finish_reason: finishReasons[reason] }
      })
      const body = JSON.stringify({ id, object: 'text_completion', created, model, choices: written })
      return `${body.slice(0, -1)},"usage":${writeUsage(usage)},"system_fingerprint":""}`
    },
  }
}

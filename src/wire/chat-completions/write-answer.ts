import { type ChatEvent, type ChosenToken, type FinishReason } from '../../chat/event.ts'
import type { ChatRequest } from '../../chat/request.ts'
import { addUsage, noUsage } from '../../chat/usage.ts'
import type { AnswerWriter } from '../writers.ts'
import { writeLogprobs } from './write-logprobs.ts'
import { type AnswerHead, finishReasons } from './write-stream.ts'
import { writeUsage } from './write-usage.ts'

interface Choice {
  text: string
  reasoning: string
  readonly logprobs: ChosenToken[]
  readonly calls: { readonly id: string; readonly name: string; arguments: string }[]
  reason: FinishReason
}

export function answerWriter(head: AnswerHead, request: ChatRequest): AnswerWriter {
  const choices = Array.from({ length: request.choices }, (): Choice => {
    return { text: '', reasoning: '', logprobs: [], calls: [], reason: 'stop' }
  })
  let usage = noUsage
  return {
    write(event) {
      usage = addUsage(usage, event)
      const choice = choices[event.choice]
      if (choice) add(choice, event)
    },
    end() {
      const { id, created, model } = head
      const body = JSON.stringify({
        id,
        object: 'chat.completion',
        created,
        model,
        choices: choices.map((choice, index) => written(choice, index, request)),
      })
      return `${body.slice(0, -1)},"usage":${writeUsage(usage)},"system_fingerprint":""}`
    },
  }
}

function add(choice: Choice, event: ChatEvent): void {
  switch (event.type) {
    case 'text':
      choice.text += event.text
      if ('logprobs' in event) choice.logprobs.push(...event.logprobs)
      return
    case 'reasoning':
      choice.reasoning += event.text
      return
    case 'call-start':
      choice.calls.push({ id: event.id, name: event.name, arguments: '' })
      return
    case 'call-text': {
      const call = choice.calls[event.call]
      if (call) call.arguments += event.text
      return
    }
    case 'finish':
      choice.reason = event.reason
      return
    case 'prompt':
    case 'mark':
    case 'uncounted':
      return
  }
}

/** `reasoning_content` stands where thought was asked for, and also where a model thought unasked: nothing is lost. */
function written(
  { text, reasoning, logprobs, calls, reason }: Choice,
  index: number,
  request: ChatRequest,
): object {
  const thinks = request.thinking.mode === 'on'
  return {
    index,
    message: {
      role: 'assistant',
      content: text,
      ...(thinks || reasoning ? { reasoning_content: reasoning } : {}),
      ...(calls.length > 0 ? { tool_calls: calls.map(writtenCall) } : {}),
    },
    ...(request.logprobs === null ? {} : { logprobs: writeLogprobs(logprobs) }),
    finish_reason: finishReasons[reason],
  }
}

function writtenCall({ id, name, arguments: text }: Choice['calls'][number]): object {
  return { id, type: 'function', function: { name, arguments: text } }
}

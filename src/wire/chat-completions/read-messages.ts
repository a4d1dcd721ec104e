import type { Model } from '../../chat/model.ts'
import type { Call, Message, Part } from '../../chat/request.ts'
import { refused } from '../refusals.ts'
import { allowedPart, readText, settleMessages } from '../rules/settle-messages.ts'
import type { BodyMessage, BodyPart } from './schema.ts'

/** Reads the conversation. */
export function readMessages(messages: readonly BodyMessage[], model: Model): readonly Message[] {
  return settleMessages(
    messages.map((message, at) => ({
      message: readMessage(message, model, `messages[${at}]`),
      field: `messages[${at}].tool_call_id`,
    })),
  )
}

function readMessage(message: BodyMessage, model: Model, path: string): Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', text: readText(message.content) }
    case 'user':
      return { role: 'user', parts: readParts(message.content, model, `${path}.content`) }
    case 'assistant':
      return readAssistant(message, path)
    case 'tool':
      return { role: 'tool', callId: message.tool_call_id, text: readText(message.content) }
  }
}

function readParts(content: string | readonly BodyPart[], model: Model, path: string): readonly Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((part, at) => allowedPart(readPart(part), model, `${path}[${at}].type`))
}

function readPart(part: BodyPart): Part {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image_url': {
      const { url, detail } = part.image_url
      return { type: 'image', url, detail: detail ?? 'auto' }
    }
    case 'audio_url':
      return { type: 'audio', url: part.audio_url.url }
    case 'video_url': {
      const { url, detail, fps, max_frames: frames, max_frams: misspelt } = part.video_url
      return {
        type: 'video',
        url,
        detail: detail ?? 'auto',
        fps: fps ?? 0,
        maxFrames: frames ?? misspelt ?? 0,
      }
    }
  }
}

function readAssistant(message: Extract<BodyMessage, { role: 'assistant' }>, path: string): Message {
  const calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: text } }): Call => {
    return { id, name, arguments: text }
  })
  const content = message.content ?? (calls.length > 0 ? '' : null)
  if (content === null)
    throw refused(`${path}.content`, `The parameter is invalid: ${path}.content: Field required`)
  return { role: 'assistant', reasoning: message.reasoning_content ?? '', text: readText(content), calls }
}

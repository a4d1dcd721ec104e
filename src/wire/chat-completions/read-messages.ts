import type { Model } from '../../chat/model.ts'
import type { Call, Message, Part } from '../../chat/request.ts'
import { show } from '../../schema/find-fault.ts'
import { invalid, refused } from '../refusals.ts'
import type { BodyMessage, BodyPart } from './schema.ts'

/**
 * Reads the conversation. A tool's message must answer a call that an assistant's message made before it, and someone
 * must have asked something. What else a model wants of the order of roles is left to its template.
 */
export function readMessages(messages: readonly BodyMessage[], model: Model): readonly Message[] {
  const callIds = new Set<string>()
  const read = messages.map((message, at) => {
    const one = readMessage(message, model.media, `messages[${at}]`)
    if (one.role === 'assistant') for (const { id } of one.calls) callIds.add(id)
    if (one.role === 'tool') checkCallId(one.callId, callIds, `messages[${at}].tool_call_id`)
    return one
  })
  if (!read.some(({ role }) => role === 'user' || role === 'tool')) {
    throw refused('messages', 'No user query found in messages.')
  }
  return read
}

function checkCallId(id: string, known: ReadonlySet<string>, field: string): void {
  if (known.size === 0) {
    throw refused(
      field,
      '"messages" in request are illegal: Message has tool role, but there was no previous assistant message with a tool call!..',
    )
  }
  if (!known.has(id)) throw invalid(field, `must be the id of a call made before it, got ${show(id)}`)
}

function readMessage(message: BodyMessage, media: Model['media'], path: string): Message {
  switch (message.role) {
    case 'system':
      return { role: 'system', text: readText(message.content) }
    case 'user':
      return { role: 'user', parts: readParts(message.content, media, path) }
    case 'assistant':
      return readAssistant(message, path)
    case 'tool':
      return { role: 'tool', callId: message.tool_call_id, text: readText(message.content) }
  }
}

type Content<Role> = Extract<BodyMessage, { role: Role }>['content']

/** Several parts of a text are its lines, as other servers of chat templates take them. */
function readText(content: Content<'system'>): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')
}

function readParts(content: Content<'user'>, media: Model['media'], path: string): readonly Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((each, at): Part => {
    const part = readPart(each)
    if (part.type === 'text' || media.includes(part.type)) return part
    const field = `${path}.content[${at}].type`
    if (media.length > 0) throw invalid(field, `must be text or ${media.join(' or ')} for this model`)
    throw refused(field, 'The model is not a VLM (Vision Language Model). Please use text-only prompts.')
  })
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

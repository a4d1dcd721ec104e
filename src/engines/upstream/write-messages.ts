import type { JsonObject } from '../../chat/json.ts'
import type { Model } from '../../chat/model.ts'
import type { AssistantTurn, Message, Part, Prompt } from '../../chat/request.ts'
import { type Begun, unsupported } from './begun.ts'
import type { ServerTraits } from './servers.ts'

export function writeMessages({ messages }: Prompt, traits: ServerTraits): readonly JsonObject[] {
  return messages.map((message) => writeMessage(message, traits))
}

function writeMessage(message: Message, traits: ServerTraits): JsonObject {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.text }
    case 'user':
      return { role: 'user', content: writeParts(message.parts, traits) }
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.text }
    case 'assistant':
      return writeTurn(message, traits)
  }
}

/** The text is never null, which some servers refuse. */
function writeTurn({ reasoning, text, calls }: AssistantTurn, { thought }: ServerTraits): JsonObject {
  return {
    role: 'assistant',
    content: text,
    ...(reasoning === '' || thought === '' ? {} : { [thought]: reasoning }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, arguments: text }) => {
            return { id, type: 'function', function: { name, arguments: text } }
          }),
        }),
  }
}

/** A text alone is sent as such: not every server takes lists. */
function writeParts(parts: readonly Part[], traits: ServerTraits): string | readonly JsonObject[] {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  if (texts.length === parts.length) return texts.join('\n')
  return parts.map((part) => writePart(part, traits))
}

function writePart(part: Part, { media, thinking }: ServerTraits): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text }
  const type = media[part.type]
  if (type === '') throw unsupported('messages', `${part.type}s`)
  switch (part.type) {
    case 'image':
      return { type, [type]: { url: part.url, detail: part.detail } }
    case 'audio':
      return { type, [type]: type === 'input_audio' ? writeSound(part.url) : { url: part.url } }
    case 'video': {
      const { url, detail, fps, maxFrames } = part
      if (thinking === 'fields')
        return {
          type,
          [type]: { url, detail, ...(fps ? { fps } : {}), ...(maxFrames ? { max_frames: maxFrames } : {}) },
        }
      if (fps > 0 || maxFrames > 0) throw unsupported('messages', 'fps and max_frames')
      return { type, [type]: { url } }
    }
  }
}

/** OpenAI has the bytes and their format apart. */
function writeSound(url: string): JsonObject {
  const [, format, data] = /^data:audio\/([\w.+-]+)[^,]*;base64,(.*)$/s.exec(url) ?? []
  if (format === undefined || data === undefined) throw unsupported('messages', 'audio by address')
  return { data, format: format.replace(/^(x-)?wave?$/, 'wav').replace(/^mpeg$/, 'mp3') }
}

/** How a server is handed the answer's beginning: what comes after the messages, and what else the request says. */
export function writeBegun(
  model: Model,
  begun: Begun,
  traits: ServerTraits,
): { readonly messages: readonly JsonObject[]; readonly fields: JsonObject } {
  if (begun.at === 'fresh') return { messages: [], fields: {} }
  const { text } = begun
  // Whoever closes a thought puts a line break before the mark.
  const reasoning = begun.at === 'answer' ? begun.reasoning.replace(/\n+$/, '') : begun.reasoning
  switch (traits.continues) {
    case 'text':
      return {
        messages: [{ role: 'assistant', content: asWritten(model, { ...begun, reasoning }) }],
        fields: { continue_final_message: true, add_generation_prompt: false },
      }
    case 'parts':
      return {
        messages: [writeTurn({ reasoning, text, calls: [] }, traits)],
        fields: {
          continue_final_message: begun.at === 'open' ? 'reasoning_content' : 'content',
          add_generation_prompt: false,
        },
      }
    case 'prefix':
      if (reasoning !== '') throw unsupported('prefix', 'going on after a thought')
      return { messages: [], fields: { prefix: text } }
    case 'never':
      throw unsupported('prefix', 'going on with an answer')
  }
}

/** Whether an answer can go on behind a thought that is closed for it. */
export function canCloseThought({ dialect }: Model, { continues }: ServerTraits): boolean {
  return continues === 'parts' || (continues === 'text' && dialect.thinking !== 'native')
}

/** The text of the answer as the model itself would have written it. */
function asWritten({ dialect: { thinking: marks } }: Model, { reasoning, at, text }: Begun): string {
  if (reasoning === '' && at === 'answer') return text
  if (marks === 'native') throw unsupported('prefix', 'going on after a thought')
  const thought = `${marks.open}\n${reasoning}`
  return at === 'open' ? thought : `${thought}\n${marks.close}\n\n${text}`
}

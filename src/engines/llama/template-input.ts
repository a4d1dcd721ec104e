import { Failure } from '../../chat/failure.ts'
import type { Json, JsonObject } from '../../chat/json.ts'
import type { ThinkingMarks } from '../../chat/model.ts'
import type { AssistantTurn, Call, Message, Part, Tool } from '../../chat/request.ts'
import type { Guard } from './untrusted-text.ts'

/** What a template is handed for one message, in the shape of OpenAI's API. */
export type TemplateMessage = Readonly<Record<string, unknown>>

/** Whether a template writes the arguments of earlier calls from an object, entry by entry, or from their JSON text. */
export type ArgumentStyle = 'object' | 'text'

/** How texts of a request are handed to a template. */
export interface InputStyle {
  readonly guard: Guard
  readonly arguments: ArgumentStyle
  readonly marks: ThinkingMarks | 'native'
}

export function writeMessage(message: Message, style: InputStyle): TemplateMessage {
  const { guard } = style
  switch (message.role) {
    case 'system':
      return { role: 'system', content: guard(message.text) }
    case 'user':
      return { role: 'user', content: guard(message.parts.map(textOf).join('\n')) }
    case 'tool':
      return { role: 'tool', content: guard(message.text), tool_call_id: guard(message.callId) }
    case 'assistant':
      return writeTurn(withoutMarks(message, style.marks), style)
  }
}

function textOf(part: Part): string {
  if (part.type === 'text') return part.text
  throw new Failure(
    'invalid-request',
    `The engine of this model cannot read ${part.type}s; only text reaches it.`,
    { field: 'messages' },
  )
}

function writeTurn({ text, reasoning, calls }: AssistantTurn, style: InputStyle): TemplateMessage {
  const { guard } = style
  return {
    role: 'assistant',
    content: guard(text),
    ...(reasoning === '' ? {} : { reasoning_content: guard(reasoning) }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => writeCall(call, style)) }),
  }
}

/**
 * Some callers hand back a thought in its marks, before the text. Templates take it apart themselves, but the marks are
 * guarded by then.
 */
function withoutMarks(turn: AssistantTurn, marks: InputStyle['marks']): AssistantTurn {
  if (marks === 'native' || turn.reasoning !== '' || !turn.text.trimStart().startsWith(marks.open))
    return turn
  const [thought = '', ...texts] = turn.text.trimStart().slice(marks.open.length).split(marks.close)
  return texts.length === 0
    ? turn
    : { ...turn, reasoning: thought.trim(), text: texts.join(marks.close).replace(/^\n+/, '') }
}

function writeCall({ id, name, arguments: text }: Call, style: InputStyle): TemplateMessage {
  const { guard } = style
  return {
    id: guard(id),
    type: 'function',
    function: {
      name: guard(name),
      arguments: style.arguments === 'text' ? guard(text || '{}') : guardJson(argumentsOf(text), guard),
    },
  }
}

/** What is no object becomes the one argument of one, as the makers of DeepSeek do it. */
function argumentsOf(text: string): JsonObject {
  if (text.trim() === '') return {}
  const value = parse(text)
  return typeof value === 'object' && value !== null && !isList(value) ? value : { arguments: text }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function writeTool({ name, description, parameters }: Tool, guard: Guard): TemplateMessage {
  return {
    type: 'function',
    function: {
      name: guard(name),
      description: guard(description),
      parameters: guardJson(parameters, guard),
    },
  }
}

function guardJson(value: Json, guard: Guard): unknown {
  if (typeof value === 'string') return guard(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((item) => guardJson(item, guard))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [guard(key), guardJson(item, guard)]))
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value)
}

import type { ChatBody } from '../../api/chat.ts'
import { messagesOf, type Turn } from './conversation.ts'
import { readObject, readTools } from './read-json.ts'
import type { Settings } from './settings.ts'

/** The request that these settings and turns make. Throws a `TypeError` that says which JSON of the settings is none. */
export function chatBody(settings: Settings, turns: readonly Turn[]): ChatBody {
  const { model, system, stream, thinking, effort, numbers, format } = settings
  const stop = settings.stop.split('\n').filter((line) => line !== '')
  return {
    model,
    messages: messagesOf(system, turns),
    ...(stream ? { stream } : {}),
    ...(thinking === 'default' ? {} : { enable_thinking: thinking === 'on' }),
    ...(effort === '' ? {} : { reasoning_effort: effort }),
    ...numbers,
    ...(stop.length === 0 ? {} : { stop }),
    ...toolFields(settings),
    ...(format === 'text' ? {} : { response_format: formatOf(settings) }),
  }
}

function toolFields({ tools, toolChoice }: Settings): object {
  const functions = readTools(tools)
  if (functions.length === 0) return {}
  const named = functions.some(({ name }) => name === toolChoice)
  const choice = named ? { type: 'function', function: { name: toolChoice } } : toolChoice
  return {
    tools: functions.map((one) => ({ type: 'function', function: one })),
    ...(toolChoice === 'auto' ? {} : { tool_choice: choice }),
  }
}

function formatOf({ format, schema }: Settings): object {
  if (format !== 'json_schema') return { type: format }
  return { type: format, json_schema: { name: 'answer', schema: readObject(schema) } }
}

import type { Model } from '../../chat/model.ts'
import type { Message, Part } from '../../chat/request.ts'
import { show } from '../../schema/find-fault.ts'
import { invalid, refused } from '../refusals.ts'

/** `field` is where a tool's message names its call. */
export interface Placed {
  readonly message: Message
  readonly field: string
}

/**
 * The conversation. A tool's message must answer a call that an assistant's message made before it, and someone must
 * have asked something. What else a model wants of the order of roles is left to its template.
 */
export function settleMessages(placed: readonly Placed[]): readonly Message[] {
  const callIds = new Set<string>()
  for (const { message, field } of placed) {
    if (message.role === 'assistant') for (const { id } of message.calls) callIds.add(id)
    if (message.role === 'tool') checkCallId(message.callId, callIds, field)
  }
  if (!placed.some(({ message: { role } }) => role === 'user' || role === 'tool')) {
    throw refused('messages', 'No user query found in messages.')
  }
  return placed.map(({ message }) => message)
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

/** The part, if the model can see or hear it. */
export function allowedPart(part: Part, { media }: Model, field: string): Part {
  if (part.type === 'text') return part
  const isPdf = part.type === 'image' && /^data:application\/pdf/i.test(part.url)
  if (media.includes(isPdf ? 'pdf' : part.type)) return part
  if (media.length > 0) throw invalid(field, `must be text or ${media.join(' or ')} for this model`)
  throw refused(field, 'The model is not a VLM (Vision Language Model). Please use text-only prompts.')
}

/** Several parts of a text are its lines, as other servers of chat templates take them. */
export function readText(content: string | readonly { readonly text: string }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')
}

import type { Model } from '../../chat/model.ts'
import type { AssistantTurn, Call, Message, Part } from '../../chat/request.ts'
import { invalid } from '../refusals.ts'
import { allowedPart, type Placed, readText, settleMessages } from '../rules/settle-messages.ts'
import type { AssistantBlock, Body, BodyMessage, ImageBlock, ResultBlock, UserBlock } from './schema.ts'

/** The conversation, and the assistant's last message where the answer is to go on with it. */
interface Conversation {
  readonly messages: ReturnType<typeof settleMessages>
  readonly begun: AssistantTurn
  /** Where `begun` stands; empty where there is none. */
  readonly begunField: string
}

const nothing: AssistantTurn = { reasoning: '', text: '', calls: [] }

/** Reads `system` and `messages`. */
export function readMessages({ system, messages }: Body, model: Model): Conversation {
  const last = messages.at(-1)
  const prefilled = last?.role === 'assistant' ? last : null
  const placed = (prefilled ? messages.slice(0, -1) : messages).flatMap((message, at) =>
    readMessage(message, model, `messages[${at}].content`),
  )
  const instructions = readText(system ?? '')
  if (instructions !== '')
    placed.unshift({ message: { role: 'system', text: instructions }, field: 'system' })
  const begunField = prefilled ? `messages[${messages.length - 1}].content` : ''
  const begun = prefilled ? readTurn(prefilled.content) : nothing
  if (begun.calls.length > 0) throw invalid(begunField, 'must be followed by the results of its calls')
  return { messages: settleMessages(joinTurns(placed)), begun, begunField }
}

/**
 * Turns of one side in a row are one turn. Instructions that come after the first turn are said in their place and for
 * the user: many chat templates refuse them anywhere but at the beginning, and there they would change all that a prefix
 * cache holds.
 */
function joinTurns(placed: readonly Placed[]): readonly Placed[] {
  const runs: Placed[][] = []
  let begun = false
  for (const { message, field } of placed) {
    const own: Message =
      begun && message.role === 'system' ? { role: 'user', parts: [textOf(message)] } : message
    begun ||= message.role !== 'system'
    const run = runs.at(-1)
    const goesOn = own.role !== 'tool' && own.role === run?.[0]?.message.role
    if (goesOn) run.push({ message: own, field })
    else runs.push([{ message: own, field }])
  }
  return runs.flatMap((run) => (run.length === 1 ? run : joinRun(run)))
}

/** All at once: a caller may send a great many. */
function joinRun(run: readonly Placed[]): readonly Placed[] {
  const all = run.map(({ message }) => message)
  const field = run[0]?.field ?? ''
  const parts = all.flatMap((message) => (message.role === 'user' ? message.parts : []))
  if (parts.length > 0) return [{ message: { role: 'user', parts }, field }]
  const instructions = all.flatMap((message) => (message.role === 'system' ? [message.text] : []))
  if (instructions.length > 0) return [{ message: { role: 'system', text: lines(instructions) }, field }]
  const turns = all.filter((message) => message.role === 'assistant')
  const reasoning = lines(turns.map((turn) => turn.reasoning))
  const text = lines(turns.map((turn) => turn.text))
  const calls = turns.flatMap((turn) => turn.calls)
  return [{ message: { role: 'assistant', reasoning, text, calls }, field }]
}

function lines(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n')
}

function readMessage(message: BodyMessage, model: Model, path: string): readonly Placed[] {
  switch (message.role) {
    case 'system':
      return [{ message: { role: 'system', text: readText(message.content) }, field: path }]
    case 'assistant':
      return [{ message: { role: 'assistant', ...readTurn(message.content) }, field: path }]
    case 'user':
      return readUser(message.content, model, path)
  }
}

/** A result is a message of its own. What it shows besides text follows all of them, for a tool's message cannot. */
function readUser(content: string | readonly UserBlock[], model: Model, path: string): readonly Placed[] {
  if (typeof content === 'string')
    return [{ message: { role: 'user', parts: [{ type: 'text', text: content }] }, field: path }]
  const placed: Placed[] = []
  let parts: Part[] = []
  const shown: Part[] = []
  const endParts = (): void => {
    if (parts.length > 0) placed.push({ message: { role: 'user', parts }, field: path })
    parts = []
  }
  for (const [at, block] of content.entries()) {
    const field = `${path}[${at}]`
    if (block.type !== 'tool_result') {
      parts.push(block.type === 'text' ? textOf(block) : readImage(block, model, field))
      continue
    }
    endParts()
    shown.push(...imagesOf(block, model, field))
    placed.push({
      message: { role: 'tool', callId: block.tool_use_id, text: readResult(block) },
      field: `${field}.tool_use_id`,
    })
  }
  parts.unshift(...shown)
  endParts()
  return placed
}

function textOf({ text }: { readonly text: string }): Part {
  return { type: 'text', text }
}

function readImage({ source }: ImageBlock, model: Model, field: string): Part {
  const url = source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`
  return allowedPart({ type: 'image', url, detail: 'auto' }, model, `${field}.type`)
}

function imagesOf({ content }: ResultBlock, model: Model, field: string): readonly Part[] {
  if (typeof content !== 'object' || content === null) return []
  return content.flatMap((block, at) =>
    block.type === 'image' ? [readImage(block, model, `${field}.content[${at}]`)] : [],
  )
}

/** A model is told of a failed call as its chat template would tell it: in the text. */
function readResult({ content, is_error: failed }: ResultBlock): string {
  const blocks = content ?? ''
  const text = readText(typeof blocks === 'string' ? blocks : blocks.filter((block) => block.type === 'text'))
  return failed ? `Error: ${text}` : text
}

/** What was redacted cannot be read, and no answer of ours was. */
function readTurn(content: string | readonly AssistantBlock[]): AssistantTurn {
  if (typeof content === 'string') return { ...nothing, text: content }
  const reasoning = content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []))
  return {
    reasoning: reasoning.join('\n'),
    text: readText(content.filter((block) => block.type === 'text')),
    calls: content.flatMap((block) => (block.type === 'tool_use' ? [readCall(block)] : [])),
  }
}

/** Arguments that are no JSON were handed out as a text, and come back so. */
function readCall({ id, name, input }: Extract<AssistantBlock, { type: 'tool_use' }>): Call {
  return { id, name, arguments: typeof input === 'string' ? input : JSON.stringify(input) }
}

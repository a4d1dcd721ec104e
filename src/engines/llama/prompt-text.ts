import { Template } from '@huggingface/jinja'
import { Failure } from '../../chat/failure.ts'
import type { Json, JsonObject } from '../../chat/json.ts'
import type { ThinkingMarks } from '../../chat/model.ts'
import type { AssistantTurn, Call, Message, Part, Prompt, Tool } from '../../chat/request.ts'
import { callMarkups } from '../../decode/calls/call-markups.ts'
import type { ThoughtPlan } from './messages.ts'
import type { ModelFile } from './model-file.ts'
import type { Guard } from './untrusted-text.ts'
import { createGuards } from './untrusted-text.ts'

/** A prompt as text: pieces to be tokenised apart, and where its end leaves the model with regard to thought. */
export interface PromptText {
  readonly pieces: string[]
  readonly thought: ThoughtPlan
}

/**
 * Writes prompts with the model's own chat template. No text of a request becomes a special token of the prompt (see
 * `untrusted-text.ts`). Throws a `Failure` of kind `internal` when the template itself cannot be read.
 * The writer throws `invalid-request` with the template's words when the template refuses the messages.
 */
export function createPromptWriter(
  file: Pick<ModelFile, 'specials' | 'bos' | 'eos'>,
  template: string,
): (prompt: Prompt) => PromptText {
  const compiled = compile(template)
  const guardFor = createGuards(file.specials)
  return (prompt) => {
    try {
      const guard = guardFor(template + JSON.stringify([prompt.messages, prompt.tools, prompt.begun]))
      const rendered = compiled.render({
        messages: withOutputRule(prompt).map((message) => writeMessage(message, guard)),
        tools: prompt.tools.mode === 'none' ? null : prompt.tools.tools.map((tool) => writeTool(tool, guard)),
        add_generation_prompt: true,
        ...thinkingSwitches(prompt),
        bos_token: file.bos,
        eos_token: file.eos,
      })
      return begin(prompt, rendered, guard)
    } catch (error) {
      if (error instanceof Failure) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new Failure('invalid-request', `The model's chat template refused the messages: ${reason}`, {
        field: 'messages',
        cause: error,
      })
    }
  }
}

function compile(template: string): Template {
  if (template === '') throw new Failure('internal', 'The model has no chat template.')
  try {
    return new Template(template)
  } catch (error) {
    throw new Failure('internal', "The model's chat template cannot be read.", { cause: error })
  }
}

/** The variables by which this model's template is told whether and how hard to think. */
function thinkingSwitches({ thinking, model: { switches } }: Prompt): Record<string, unknown> {
  const on = thinking.mode === 'on'
  return {
    ...Object.fromEntries(switches.thinking.map((name) => [name, on])),
    ...(on ? Object.fromEntries(switches.effort.map((name) => [name, thinking.effort.level])) : {}),
  }
}

const jsonRule = 'Answer with one JSON object and nothing else.'

/** A grammar can only forbid; the model must also know what is wanted. */
function withOutputRule(prompt: Prompt): readonly Message[] {
  if (prompt.output.kind !== 'json') return prompt.messages
  const [first, ...rest] = prompt.messages
  if (first?.role !== 'system') return [{ role: 'system', text: jsonRule }, ...prompt.messages]
  return [{ role: 'system', text: `${first.text}\n\n${jsonRule}` }, ...rest]
}

function writeMessage(message: Message, guard: Guard): Record<string, unknown> {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: guard(message.text) }
    case 'user':
      return { role: 'user', content: guard(message.parts.map(textOf).join('\n')) }
    case 'tool':
      return { role: 'tool', content: guard(message.text), tool_call_id: guard(message.callId) }
    case 'assistant':
      return {
        role: 'assistant',
        content: guard(message.text),
        ...(message.reasoning === '' ? {} : { reasoning_content: guard(message.reasoning) }),
        ...(message.calls.length === 0
          ? {}
          : { tool_calls: message.calls.map((call) => writeCall(call, guard)) }),
      }
  }
}

function textOf(part: Part): string {
  if (part.type === 'text') return part.text
  throw new Failure(
    'invalid-request',
    `The engine of this model cannot read ${part.type}s; only text reaches it.`,
    {
      field: 'messages',
    },
  )
}

function writeCall(call: Call, guard: Guard): Record<string, unknown> {
  return {
    id: guard(call.id),
    type: 'function',
    function: { name: guard(call.name), arguments: writeArguments(call.arguments, guard) },
  }
}

/** Templates expect an object; what is none is shown as it stands. */
function writeArguments(text: string, guard: Guard): unknown {
  const value = parse(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? guardJson(value, guard)
    : guard(text)
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function writeTool(tool: Tool, guard: Guard): Record<string, unknown> {
  const { name, description, parameters } = tool
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

/** Appends what the answer already holds, and finds whether that leaves a thought open. */
function begin(prompt: Prompt, rendered: string, guard: Guard): PromptText {
  const { dialect } = prompt.model
  const marks = dialect.thinking
  if (marks === 'native' || prompt.thinking.mode === 'off')
    return { pieces: guard.cut(rendered + guard(prompt.begun.text)), thought: { from: 'never' } }
  const { text, from } = writeBegun(prompt.begun, marks, rendered.trimEnd().endsWith(marks.open), guard)
  const pieces = guard.cut(rendered + text)
  if (from === 'never') return { pieces, thought: { from } }
  const { calls } = dialect
  const enders = calls === 'native' || prompt.tools.mode === 'none' ? [] : callMarkups[calls].openMarks
  return {
    pieces,
    thought: { from, budget: prompt.thinking.budget, open: marks.open, close: marks.close, enders },
  }
}

function writeBegun(
  begun: AssistantTurn,
  { open, close }: ThinkingMarks,
  isOpen: boolean,
  guard: Guard,
): { text: string; from: ThoughtPlan['from'] } {
  const { reasoning, text } = begun
  if (reasoning === '' && text === '') return { text: '', from: isOpen ? 'prompt' : 'start' }
  if (reasoning === '' && !isOpen) return { text: guard(text), from: 'never' }
  const thought = (isOpen ? '' : `${open}\n`) + guard(reasoning)
  return text === ''
    ? { text: thought, from: 'prompt' }
    : { text: `${thought}\n${close}\n\n${guard(text)}`, from: 'never' }
}

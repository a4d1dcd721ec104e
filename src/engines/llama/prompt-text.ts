import { Failure } from '../../chat/failure.ts'
import { isBareText, type Message, type Prompt } from '../../chat/request.ts'
import { callMarkups } from '../../decode/calls/call-markups.ts'
import type { BegunTurn } from './begun-turn.ts'
import { beginTurn } from './begun-turn.ts'
import { readTemplate } from './jinja.ts'
import type { ThoughtPlan } from './messages.ts'
import type { ModelFile } from './model-file.ts'
import type { ArgumentStyle } from './template-input.ts'
import { writeMessage, writeTool } from './template-input.ts'
import type { Guard } from './untrusted-text.ts'
import { createGuards } from './untrusted-text.ts'

/** A prompt as text: pieces to be tokenised apart, and where its end leaves the model with regard to thought. */
export interface PromptText {
  readonly pieces: string[]
  readonly thought: ThoughtPlan
}

/**
 * Writes prompts with the model's own chat template. No text of a request becomes a special token of the prompt (see
 * `untrusted-text.ts`). A prompt with a `suffix` is the gap's two sides between the model's marks for filling in the
 * middle; its messages and its template are left out. A bare text is read as it stands: its caller writes all of the
 * prompt, control tokens too. Throws a `Failure` of kind `internal` when the template itself
 * cannot be read. The writer throws `invalid-request` with the template's words when the template refuses the messages.
 */
export function createPromptWriter(
  file: Pick<ModelFile, 'specials' | 'bos' | 'eos'>,
  template: string,
): (prompt: Prompt) => PromptText {
  const compiled = compile(template)
  const ends = { bos_token: file.bos, eos_token: file.eos }
  const render: Render = (variables) => compiled({ ...variables, ...ends })
  const argumentStyle = argumentStyleOf(render)
  const guardFor = createGuards(file.specials)

  function write(prompt: Prompt): PromptText {
    const { messages, tools, begun, suffix, thinking, output } = prompt
    const guard = guardFor(template + JSON.stringify([messages, tools, begun, suffix, output]))
    if (suffix !== '') return fillIn(prompt, guard)
    if (isBareText(prompt)) return { pieces: [begun.text], thought: { from: 'never' } }
    const marks = prompt.model.dialect.thinking
    const style = { guard, marks, arguments: argumentStyle }
    const before = withOutputRule(prompt).map((message) => writeMessage(message, style))
    const variables = {
      tools: tools.mode === 'none' ? null : tools.tools.map((tool) => writeTool(tool, guard)),
      ...thinkingSwitches(prompt),
    }
    const thinks = marks !== 'native' && thinking.mode === 'on'
    const { text, thought } = beginTurn(begun, { thinks, marks }, guard, (turn) =>
      render({ ...variables, messages: [...before, ...turn], add_generation_prompt: turn.length === 0 }),
    )
    return { pieces: guard.cut(text), thought: planThought(prompt, thought) }
  }

  return (prompt) => {
    try {
      return write(prompt)
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

type Render = ReturnType<typeof readTemplate>

function compile(template: string): Render {
  if (template === '') throw new Failure('internal', 'The model has no chat template.')
  try {
    return readTemplate(template)
  } catch (error) {
    throw new Failure('internal', "The model's chat template cannot be read.", { cause: error })
  }
}

/**
 * Found by trying: some templates refuse or drop what is not in their style, others write nonsense for it. Where both will
 * do, the object is written as the model was taught to, whatever the caller's library made of the text.
 */
function argumentStyleOf(render: Render): ArgumentStyle {
  const shows = (value: unknown): boolean => {
    const call = { id: 'call00001', type: 'function', function: { name: 'tool', arguments: value } }
    const tool = { name: 'tool', description: '', parameters: { type: 'object', properties: {} } }
    const messages = [
      { role: 'user', content: 'question' },
      { role: 'assistant', content: '', tool_calls: [call] },
    ]
    try {
      return /argument-name.*argument-value/s.test(
        render({ messages, tools: [{ type: 'function', function: tool }] }),
      )
    } catch {
      return false
    }
  }
  const object = { 'argument-name': 'argument-value' }
  return shows(object) || !shows(JSON.stringify(object)) ? 'object' : 'text'
}

/** The variables by which this model's template is told whether and how hard to think. */
function thinkingSwitches({ thinking, model: { switches } }: Prompt): Record<string, unknown> {
  const on = thinking.mode === 'on'
  return {
    ...Object.fromEntries(switches.thinking.map((name) => [name, on])),
    ...(on ? Object.fromEntries(switches.effort.map((name) => [name, thinking.effort.level])) : {}),
  }
}

/** A grammar can only forbid; the model must also know what is wanted. */
function withOutputRule({ messages, output }: Prompt): readonly Message[] {
  if (output.kind === 'text') return messages
  const rule =
    output.kind === 'json'
      ? 'Answer with one JSON object and nothing else.'
      : `Answer with JSON that follows this JSON Schema, and nothing else:\n${JSON.stringify(output.schema)}`
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', text: rule }, ...messages]
  return [{ role: 'system', text: `${first.text}\n\n${rule}` }, ...rest]
}

function fillIn({ begun, suffix, model }: Prompt, guard: Guard): PromptText {
  const marks = model.dialect.infill
  if (marks === null)
    throw new Failure('invalid-request', 'This model has not learned to fill in the middle.', {
      field: 'suffix',
    })
  const text = marks.prefix + guard(begun.text) + marks.suffix + guard(suffix) + marks.middle
  return { pieces: guard.cut(text), thought: { from: 'never' } }
}

function planThought({ model, thinking, tools }: Prompt, thought: BegunTurn['thought']): ThoughtPlan {
  const { thinking: marks, calls } = model.dialect
  if (marks === 'native' || thinking.mode === 'off' || thought === 'over') return { from: 'never' }
  const enders = calls === 'native' || tools.mode === 'none' ? [] : callMarkups[calls].openMarks
  return { from: thought === 'open' ? 'prompt' : 'start', budget: thinking.budget, ...marks, enders }
}

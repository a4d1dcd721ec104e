import type { ThinkingMarks } from '../../chat/model.ts'
import type { AssistantTurn } from '../../chat/request.ts'
import type { TemplateMessage } from './template-input.ts'
import type { Guard } from './untrusted-text.ts'

/** Renders the conversation with the model's turn begun, or with `turn` as its last message. */
export type RenderWith = (turn: readonly TemplateMessage[]) => string

/** A prompt's text, and whether its end leaves a thought open, lets one begin, or is past it. */
export interface BegunTurn {
  readonly text: string
  readonly thought: 'open' | 'possible' | 'over'
}

/**
 * Writes the prompt up to where the model goes on with `begun`, of which the calls are left out. A model that does not
 * think goes on with the text alone, and a thought that its template opens all the same is closed.
 */
export function beginTurn(
  { reasoning: thought, text }: AssistantTurn,
  { thinks, marks }: { readonly thinks: boolean; readonly marks: ThinkingMarks | 'native' },
  guard: Guard,
  render: RenderWith,
): BegunTurn {
  const start = render([])
  const { isOpen, opening, closing } = marksAfter(start, marks)
  const reasoning = thinks ? thought : ''
  if (reasoning === '' && text === '')
    return thinks
      ? { text: start, thought: isOpen ? 'open' : 'possible' }
      : { text: start + (isOpen ? closing : ''), thought: 'over' }
  const own = frameOf(start, reasoning !== '', guard, render)
  if (reasoning === '')
    return { text: (own?.before ?? start + (isOpen ? closing : '')) + guard(text), thought: 'over' }
  const begun = (own?.before ?? start + opening) + guard(reasoning)
  return text === ''
    ? { text: begun, thought: 'open' }
    : { text: begun + (own?.between ?? closing) + guard(text), thought: 'over' }
}

function marksAfter(
  start: string,
  marks: ThinkingMarks | 'native',
): { isOpen: boolean; opening: string; closing: string } {
  if (marks === 'native') return { isOpen: false, opening: '', closing: '' }
  const isOpen = start.trimEnd().endsWith(marks.open)
  return {
    isOpen,
    opening: isOpen ? '' : `${marks.open}\n`,
    closing: start.endsWith(marks.open) ? marks.close : `\n${marks.close}\n\n`,
  }
}

/**
 * What the template itself writes before and between the thought and the text of a turn, line breaks and empty thoughts
 * included; undefined where that does not go on from `start`, as with templates that drop earlier thoughts.
 */
function frameOf(
  start: string,
  thinks: boolean,
  { separator }: Guard,
  render: RenderWith,
): { before: string; between: string } | undefined {
  const turn = { role: 'assistant', content: separator, ...(thinks ? { reasoning_content: separator } : {}) }
  const rendered = render([turn])
  const textAt = rendered.lastIndexOf(separator)
  const from = thinks ? rendered.lastIndexOf(separator, textAt - 1) : textAt
  if (!rendered.startsWith(start) || from < start.length) return undefined
  return { before: rendered.slice(0, from), between: rendered.slice(from + 1, textAt) }
}

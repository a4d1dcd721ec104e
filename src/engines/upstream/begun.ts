import { Failure } from '../../chat/failure.ts'
import { isBareText, type Prompt } from '../../chat/request.ts'

/** Where an answer stands when it is asked for: what it already holds, and whether its thought is over. */
export interface Begun {
  readonly reasoning: string
  /** `fresh`: nothing has been said. `open`: the thought goes on. `answer`: it is over, or there was none. */
  readonly at: 'fresh' | 'open' | 'answer'
  readonly text: string
}

/** Throws `invalid-request` for what no server goes on with. */
export function begunOf(prompt: Prompt): Begun {
  const { thinking, suffix } = prompt
  const { reasoning, text, calls } = prompt.begun
  if (isBareText(prompt)) return { reasoning, at: 'answer', text }
  if (suffix !== '') throw unsupported('suffix', 'filling in the middle')
  if (calls.length > 0) throw unsupported('prefix', 'going on with a function call')
  if (reasoning === '' && text === '') return { reasoning, at: 'fresh', text }
  // A thought without room to go on is over.
  const open = text === '' && thinking.mode === 'on' && thinking.budget > 0
  return { reasoning, at: open ? 'open' : 'answer', text }
}

export function unsupported(field: string, what: string): Failure {
  return new Failure('invalid-request', `This model's engine does not support ${what}.`, { field })
}

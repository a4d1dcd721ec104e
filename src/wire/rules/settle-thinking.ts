import type { Model } from '../../chat/model.ts'
import type { Effort, Thinking, ToolUse } from '../../chat/request.ts'
import { invalid } from '../refusals.ts'

/** What the caller says of thought, and what the fields are called. */
export interface ThinkingAsked {
  /** `may`: where the model can. Null: the model's default. */
  readonly on: boolean | 'may' | null
  readonly budget: number | null
  readonly names: { readonly on: string; readonly off: string; readonly budget: string }
}

/** Whether and how far the model thinks. That it can be told so at all was checked by the caller. */
export function settleThinking(
  { on, budget, names }: ThinkingAsked,
  { thinking, calls }: Model,
  tools: ToolUse,
  effort: Effort,
): Thinking {
  if (thinking.kind === 'never') return { mode: 'off' }
  const { byDefault, max } = thinking.budget
  if (budget !== null && budget > max)
    throw invalid(names.budget, `must be between 1 and ${max} for this model, got ${budget}`)
  const callsOnly = calls === 'without-thinking' && tools.mode !== 'none'
  if (callsOnly && on === true)
    throw invalid(names.on, `must be ${names.off} for this model where tools are given`)
  const may = on === 'may' || (on === null && thinking.kind === 'switch' && thinking.byDefault)
  const thinks = thinking.kind === 'always' || on === true || (may && !callsOnly)
  return thinks ? { mode: 'on', budget: budget ?? byDefault, effort } : { mode: 'off' }
}

/** The service goes on with a text only where no thought would have to come before it. */
export function refuseThought(field: string, thinking: Thinking): void {
  if (thinking.mode === 'on') throw invalid(field, 'needs thinking off')
}

/** Only two efforts exist; the others are names for them. */
const levels = { low: 'high', medium: 'high', high: 'high', xhigh: 'max', max: 'max' } as const

/** A model without a choice of efforts is asked for none, and so the field is ignored as the service does. */
export function settleEffort(asked: keyof typeof levels | null, { effort }: Model, agent: boolean): Effort {
  if (effort.kind === 'none') return { level: 'high', because: 'default' }
  if (asked !== null) return { level: levels[asked], because: 'asked' }
  return agent ? { level: effort.agents, because: 'agent' } : { level: effort.byDefault, because: 'default' }
}

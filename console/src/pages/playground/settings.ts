import type { ChatAbilities } from '../../api/models.ts'

/** What is asked for, beside the conversation itself. What is left open is the model's default. */
export interface Settings {
  readonly model: string
  readonly system: string
  readonly stream: boolean
  readonly thinking: 'default' | 'on' | 'off'
  readonly effort: '' | 'high' | 'max'
  readonly numbers: Readonly<Partial<Record<NumberName, number>>>
  /** One stop text a line. */
  readonly stop: string
  /** JSON: a list of functions. */
  readonly tools: string
  /** `auto`, `none`, `required`, or the name of a function. */
  readonly toolChoice: string
  /** Results that the functions give, by name. */
  readonly canned: Readonly<Record<string, string>>
  readonly format: 'text' | 'json_object' | 'json_schema'
  /** JSON: the schema of the answer. */
  readonly schema: string
}

export const firstSettings: Settings = {
  model: '',
  system: '',
  stream: true,
  thinking: 'default',
  effort: '',
  numbers: {},
  stop: '',
  tools: '',
  toolChoice: 'auto',
  canned: {},
  format: 'text',
  schema: '',
}

export type NumberName =
  | 'max_tokens'
  | 'thinking_budget'
  | 'temperature'
  | 'top_p'
  | 'top_k'
  | 'min_p'
  | 'frequency_penalty'
  | 'presence_penalty'
  | 'seed'
  | 'n'

/** A number that a request may have: its range, what it is where it is left open, whether the model listens to it. */
export interface NumberField {
  readonly name: NumberName
  readonly min: number
  readonly max: number
  readonly step: number
  readonly byDefault: number | null
  readonly supported: boolean
}

export function numberFields(abilities: ChatAbilities): readonly NumberField[] {
  const { sampling, thinking, max_tokens: answer, min_p: hasMinP } = abilities
  const budget = thinking.mode === 'never' ? { default: 0, max: 32_768 } : thinking.budget
  const field = (name: NumberName, min: number, max: number, step: number, byDefault: number | null) => ({
    name,
    min,
    max,
    step,
    byDefault,
    supported: true,
  })
  return [
    field('max_tokens', 1, answer.max, 1, answer.default),
    {
      ...field('thinking_budget', 1, budget.max, 1, budget.default),
      supported: thinking.mode !== 'never',
    },
    field('temperature', 0, 2, 0.1, sampling.temperature),
    field('top_p', 0.01, 1, 0.01, sampling.top_p),
    field('top_k', 0, 100, 1, sampling.top_k),
    { ...field('min_p', 0, 1, 0.01, sampling.min_p), supported: hasMinP },
    field('frequency_penalty', -2, 2, 0.1, sampling.frequency_penalty),
    field('presence_penalty', -2, 2, 0.1, sampling.presence_penalty),
    field('seed', 0, 2 ** 31 - 1, 1, null),
    field('n', 1, 8, 1, 1),
  ]
}

/** How many tokens the thought may have, and 0 where there is to be none. */
export function budgetOf({ thinking, numbers }: Settings, abilities: ChatAbilities): number {
  const ability = abilities.thinking
  if (ability.mode === 'never') return 0
  const thinks = ability.mode === 'always' || thinking === 'on' || (thinking === 'default' && ability.default)
  return thinks ? (numbers.thinking_budget ?? ability.budget.default) : 0
}

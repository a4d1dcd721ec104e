import type { Model } from '../chat/model.ts'

/** What a model can do, in words for a table. */
export type Abilities = Readonly<Record<(typeof abilityNames)[number], string>>

export const abilityNames = [
  'context',
  'answer',
  'thinking',
  'budget',
  'effort',
  'min_p',
  'tools',
  'json',
  'media',
  'syntax',
  'vectors',
] as const

export function abilitiesOf(model: Model): Abilities {
  const { answerLimit, thinking, effort, calls, media, dialect, embedding } = model
  return {
    context: String(model.contextLength),
    answer: embedding === null ? `${answerLimit.byDefault}, up to ${answerLimit.max}` : '-',
    thinking: thinkingOf(thinking),
    budget: thinking.kind === 'never' ? '-' : `up to ${thinking.budget.max}`,
    effort: effort.kind === 'none' ? '-' : `${effort.byDefault}, agents ${effort.agents}`,
    min_p: yesOrNo(model.minP),
    tools: calls === 'without-thinking' ? 'without thinking' : yesOrNo(calls === 'always'),
    json: yesOrNo(model.json),
    media: media.join(', ') || '-',
    syntax: embedding === null ? dialect.calls : '-',
    vectors: embedding === null ? '-' : `${embedding.shortens ? 'up to ' : ''}${embedding.dimensions}`,
  }
}

function thinkingOf(thinking: Model['thinking']): string {
  return thinking.kind === 'switch' ? `switch, ${thinking.byDefault ? 'on' : 'off'}` : thinking.kind
}

function yesOrNo(able: boolean): string {
  return able ? 'yes' : '-'
}

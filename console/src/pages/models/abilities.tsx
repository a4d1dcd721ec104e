import type { Abilities as Known, ChatAbilities } from '../../api/models.ts'
import { type Text, useText } from '../../text/text.ts'

/** What a model can do, by the names of the API's fields. */
export function Abilities({ of }: { readonly of: Known }) {
  const text = useText().models
  return (
    <dl className="abilities">
      {Object.entries(factsOf(of, text)).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function factsOf(of: Known, text: Text['models']): Readonly<Record<string, string>> {
  const context = String(of.context_length)
  if (of.sub_type === 'embedding') {
    const { default: byDefault, min } = of.dimensions
    return { context, dimensions: min === byDefault ? String(byDefault) : text.downTo(byDefault, min) }
  }
  const { thinking, max_tokens: answer, reasoning_effort: effort } = of
  return {
    context,
    max_tokens: text.limit(answer.default, answer.max),
    thinking: thinkingOf(thinking, text),
    thinking_budget:
      thinking.mode === 'never' ? '–' : text.limit(thinking.budget.default, thinking.budget.max),
    reasoning_effort: effort === null ? '–' : effort.default,
    tools: text.tools[of.tools],
    response_format: of.response_format.join(', '),
    media: of.media.join(', ') || '–',
  }
}

export function thinkingOf(thinking: ChatAbilities['thinking'], text: Text['models']): string {
  return thinking.mode === 'switch' ? text.switched(thinking.default) : text[thinking.mode]
}

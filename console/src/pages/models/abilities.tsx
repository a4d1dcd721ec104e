import type { Abilities as Known } from '../../api/models.ts'
import { useText } from '../../text/text.ts'

/** What a model can do, by the names of the API's fields. */
export function Abilities({ of }: { readonly of: Known }) {
  const text = useText().models
  const { thinking, reasoning_effort: effort } = of
  const modes = {
    never: text.never,
    always: text.always,
    switch: 'default' in thinking ? text.switched(thinking.default) : '',
  }
  const facts = {
    context: String(of.context_length),
    max_tokens: text.limit(of.max_tokens.default, of.max_tokens.max),
    thinking: modes[thinking.mode],
    thinking_budget:
      thinking.mode === 'never' ? '–' : text.limit(thinking.budget.default, thinking.budget.max),
    reasoning_effort: effort === null ? '–' : effort.default,
    tools: text.tools[of.tools],
    response_format: of.response_format.join(', '),
    media: of.media.join(', ') || '–',
  }
  return (
    <dl className="abilities">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

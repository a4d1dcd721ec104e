import type { FormEvent } from 'react'
import type { ToolCall } from '../../api/chat.ts'
import { useText } from '../../text/text.ts'
import type { ResultsTurn } from './conversation.ts'

/** Asks for the results of the functions that the model calls; canned ones are there already. */
export function CallsForm(props: {
  readonly calls: readonly ToolCall[]
  readonly canned: Readonly<Record<string, string>>
  readonly onAnswer: (results: ResultsTurn['results']) => void
}) {
  const text = useText().playground
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    props.onAnswer(
      props.calls.map((call) => {
        const content = form.get(call.id)
        return {
          callId: call.id,
          name: call.function.name,
          content: typeof content === 'string' ? content : '',
        }
      }),
    )
  }
  return (
    <form className="calls-form" onSubmit={submit}>
      {props.calls.map((call) => (
        <label key={call.id} className="field">
          <span>{text.resultOf(call.function.name)}</span>
          <textarea
            className="code"
            name={call.id}
            rows={2}
            defaultValue={props.canned[call.function.name] ?? ''}
          />
        </label>
      ))}
      <button type="submit" className="main small">
        {text.sendResults}
      </button>
    </form>
  )
}

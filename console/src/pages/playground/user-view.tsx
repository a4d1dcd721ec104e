import { useState } from 'react'
import { useText } from '../../text/text.ts'
import type { ResultsTurn, UserTurn } from './conversation.ts'

/** What the user said. Without `onEdit` it stays as it is. */
export function UserView({
  turn,
  onEdit,
}: {
  readonly turn: UserTurn
  readonly onEdit: ((text: string) => void) | undefined
}) {
  const text = useText().playground
  const [draft, setDraft] = useState<string | null>(null)
  if (draft !== null && onEdit !== undefined) {
    return (
      <form
        className="turn user editing"
        onSubmit={(event) => {
          event.preventDefault()
          setDraft(null)
          onEdit(draft)
        }}
      >
        <textarea
          aria-label={text.editTurn}
          rows={3}
          value={draft}
          onChange={({ target }) => setDraft(target.value)}
        />
        <div className="row">
          <button type="submit" className="main small">
            {text.askAgain}
          </button>
          <button type="button" className="small" onClick={() => setDraft(null)}>
            {text.cancel}
          </button>
        </div>
      </form>
    )
  }
  return (
    <div className="turn user">
      {onEdit && (
        <button type="button" className="plain small" onClick={() => setDraft(turn.text)}>
          {text.edit}
        </button>
      )}
      {turn.images.map((image, index) => (
        <img key={index} src={image} alt={text.attached(index + 1)} />
      ))}
      <p>{turn.text}</p>
    </div>
  )
}

/** What the functions gave. */
export function ResultsView({ turn }: { readonly turn: ResultsTurn }) {
  return (
    <div className="turn results">
      {turn.results.map(({ callId, name, content }) => (
        <p key={callId}>
          <code>{name}</code> → <code>{content}</code>
        </p>
      ))}
    </div>
  )
}

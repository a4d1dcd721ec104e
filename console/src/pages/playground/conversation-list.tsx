import { saveFile } from '../../parts/save-file.ts'
import { useText } from '../../text/text.ts'
import type { Conversation } from './conversation.ts'

/** The conversations that this browser keeps. */
export function ConversationList(props: {
  readonly kept: readonly Conversation[]
  readonly openId: string
  readonly onOpen: (conversation: Conversation) => void
  readonly onNew: () => void
  readonly onRemove: (id: string) => void
}) {
  const text = useText().playground
  return (
    <aside className="conversations" aria-label={text.conversations}>
      <button type="button" onClick={props.onNew}>
        {text.newConversation}
      </button>
      <ul>
        {props.kept.map((conversation) => (
          <li key={conversation.id}>
            <button
              type="button"
              className="plain title"
              aria-current={conversation.id === props.openId}
              onClick={() => props.onOpen(conversation)}
            >
              {conversation.title || text.untitled}
            </button>
            <button
              type="button"
              className="plain small"
              aria-label={text.removeConversation(conversation.title)}
              onClick={() => props.onRemove(conversation.id)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <p className="hint">{text.keptHere}</p>
      {props.kept.length > 0 && (
        <button type="button" className="small" onClick={() => exportAll(props.kept)}>
          {text.exportAll}
        </button>
      )}
    </aside>
  )
}

function exportAll(conversations: readonly Conversation[]): void {
  const json = JSON.stringify(conversations, null, 2)
  saveFile(new Blob([json], { type: 'application/json' }), 'silica-conversations.json')
}

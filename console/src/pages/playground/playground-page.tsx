import './playground.css'
import { useState } from 'react'
import { type ChatModel, isChatModel, useModels } from '../../api/models.ts'
import { Problem } from '../../parts/problem.tsx'
import { useText } from '../../text/text.ts'
import { AnswerView } from './answer-view.tsx'
import { CallsForm } from './calls-form.tsx'
import { chatBody } from './chat-body.ts'
import { Composer } from './composer.tsx'
import { askedTurns, openCalls, type Turn } from './conversation.ts'
import { ConversationList } from './conversation-list.tsx'
import { CopyAs } from './copy-as.tsx'
import { budgetOf } from './settings.ts'
import { SettingsPanel } from './settings-panel.tsx'
import { usePlayground } from './use-playground.ts'
import { ResultsView, UserView } from './user-view.tsx'

/** Talk with the models of this server. */
export function PlaygroundPage() {
  const text = useText().playground
  const models = useModels()
  // Those that are run here first: what stands in for others is only a stand-in.
  const served = (models.data ?? [])
    .filter(isChatModel)
    .filter((model) => model.served)
    .toSorted((one, other) => Number(one.stand_in !== null) - Number(other.stand_in !== null))
  if (models.error !== null)
    return (
      <div className="page">
        <Problem error={models.error} again={() => void models.refetch()} />
      </div>
    )
  if (models.data === undefined) return null
  const [first] = served
  return first === undefined ? (
    <p className="empty">{text.noModels}</p>
  ) : (
    <Playground served={[first, ...served.slice(1)]} />
  )
}

function Playground({ served }: { readonly served: readonly [ChatModel, ...ChatModel[]] }) {
  const text = useText().playground
  const { state, busy, ask, ...playground } = usePlayground()
  const { turns, settings: chosen } = state.open
  const [drawer, setDrawer] = useState<'none' | 'list' | 'settings'>('none')
  const model = served.find(({ id }) => id === chosen.model) ?? served[0]
  const settings = { ...chosen, model: model.id }
  const bodyOf = (asked: readonly Turn[]) => chatBody(settings, asked)
  const run = (next: readonly Turn[]) => void ask(next, bodyOf, budgetOf(settings, model.abilities))
  const waiting = openCalls(turns)
  const toggle = (which: 'list' | 'settings') => setDrawer(drawer === which ? 'none' : which)

  return (
    <div className="playground" data-drawer={drawer}>
      <ConversationList
        kept={state.kept}
        openId={state.open.id}
        onOpen={(conversation) => {
          playground.show(conversation)
          setDrawer('none')
        }}
        onNew={() => {
          playground.begin()
          setDrawer('none')
        }}
        onRemove={(id) => void playground.remove(id)}
      />
      <section className="chat" aria-label={text.conversation}>
        <header className="chat-head">
          <h1 className="unseen">{text.title}</h1>
          <button type="button" className="small narrow-only" onClick={() => toggle('list')}>
            {text.conversations}
          </button>
          <select
            className="model-picker"
            aria-label={text.model}
            value={model.id}
            onChange={({ target }) => playground.set({ model: target.value })}
          >
            {served.map(({ id, stand_in: standIn }) => (
              <option key={id} value={id}>
                {standIn === null ? id : `${id} (${standIn})`}
              </option>
            ))}
          </select>
          <AbilityTags model={model} />
          <CopyAs bodyOf={() => bodyOf(turns.length === 0 ? [newUser('Hello!')] : askedTurns(turns))} />
          <button type="button" className="small narrow-only" onClick={() => toggle('settings')}>
            {text.settings}
          </button>
        </header>
        <div className="turns">
          <div className="turns-inner" role="log">
            {turns.length === 0 && <Welcome onAsk={(question) => run([newUser(question)])} />}
            {turns.map((turn, index) => {
              const before = turns.slice(0, index)
              switch (turn.role) {
                case 'user':
                  return (
                    <UserView
                      key={turn.id}
                      turn={turn}
                      onEdit={busy ? undefined : (edited) => run([...before, { ...turn, text: edited }])}
                    />
                  )
                case 'results':
                  return <ResultsView key={turn.id} turn={turn} />
                case 'answer':
                  return (
                    <AnswerView
                      key={turn.id}
                      answer={turn}
                      schema={settings.format === 'json_schema' ? settings.schema : ''}
                      onChoose={(choice) => playground.choose(turn.id, choice)}
                      onAgain={busy || index < turns.length - 1 ? undefined : () => run(before)}
                    />
                  )
              }
            })}
            {waiting.length > 0 && (
              <CallsForm
                key={turns.at(-1)?.id}
                calls={waiting}
                canned={settings.canned}
                onAnswer={(results) => run([...turns, { role: 'results', id: crypto.randomUUID(), results }])}
              />
            )}
          </div>
        </div>
        <Composer
          takesImages={model.abilities.media.includes('image')}
          busy={busy}
          disabled={waiting.length > 0}
          onStop={playground.stop}
          onSend={(question, images) => run([...turns, newUser(question, images)])}
        />
      </section>
      {drawer !== 'none' && (
        <button type="button" className="drawer-close narrow-only main" onClick={() => setDrawer('none')}>
          {text.close}
        </button>
      )}
      <SettingsPanel settings={settings} abilities={model.abilities} onChange={playground.set} />
    </div>
  )
}

function newUser(text: string, images: readonly string[] = []): Turn {
  return { role: 'user', id: crypto.randomUUID(), text, images }
}

function Welcome({ onAsk }: { readonly onAsk: (question: string) => void }) {
  const text = useText().playground
  return (
    <div className="welcome">
      <h2>{text.welcome}</h2>
      <p className="quiet">{text.welcomeText}</p>
      <div className="row">
        {text.examples.map((example) => (
          <button key={example} type="button" onClick={() => onAsk(example)}>
            {example}
          </button>
        ))}
      </div>
    </div>
  )
}

function AbilityTags({ model: { abilities, state } }: { readonly model: ChatModel }) {
  const text = useText().playground
  const { thinking, tools, response_format: formats, media, context_length: context } = abilities
  const tags = [
    text.context(context),
    thinking.mode !== 'never' && text.thinks,
    tools !== 'never' && text.callsTools,
    formats.includes('json_schema') && 'JSON',
    ...media.map((medium) => text.media[medium] ?? medium),
  ].filter((tag) => tag !== false)
  return (
    <ul className="tags" aria-label={text.abilities}>
      {state === 'deprecated' && <li className="tag warn">{text.deprecated}</li>}
      {tags.map((tag) => (
        <li key={tag} className="tag">
          {tag}
        </li>
      ))}
    </ul>
  )
}

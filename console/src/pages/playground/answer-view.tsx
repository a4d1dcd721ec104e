import type { ToolCall } from '../../api/chat.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Markdown } from '../../parts/markdown.tsx'
import { shortId } from '../../parts/short-id.ts'
import { linkTo } from '../../shell/route.ts'
import { useText } from '../../text/text.ts'
import type { AnswerTurn, Choice, Run } from './conversation.ts'
import { SchemaVerdict } from './schema-verdict.tsx'

/** What a model answered: its choices side by side, and how the asking went. */
export function AnswerView(props: {
  readonly answer: AnswerTurn
  /** JSON of the schema that the answer is held to, empty for none. */
  readonly schema: string
  readonly onChoose: (choice: number) => void
  /** Left out where it cannot be asked again. */
  readonly onAgain: (() => void) | undefined
}) {
  const text = useText().playground
  const { choices, chosen, run } = props.answer
  const several = choices.length > 1
  return (
    <article className="turn answer" aria-busy={run.state === 'running'}>
      <div className={several ? 'choices-grid' : ''}>
        {choices.map((choice, index) => (
          <section key={index} className={several ? 'choice' : ''} aria-label={text.choice(index + 1)}>
            {several && (
              <label className="check">
                <input
                  type="radio"
                  name={props.answer.id}
                  checked={index === chosen}
                  onChange={() => props.onChoose(index)}
                />
                {text.choice(index + 1)}{' '}
                {choice.finish !== null && <span className="tag">{choice.finish}</span>}
              </label>
            )}
            <ChoiceView choice={choice} run={run} alone={!several} />
            {props.schema !== '' && choice.text !== '' && (
              <SchemaVerdict schema={props.schema} answer={choice.text} whole={run.state !== 'running'} />
            )}
          </section>
        ))}
      </div>
      {run.state === 'failed' && (
        <p className="problem" role="alert">
          {run.error}
        </p>
      )}
      <footer className="run">
        <RunFacts run={run} finish={several ? '' : (choices[0]?.finish ?? '')} />
        {run.state !== 'running' && (
          <span className="row">
            <CopyButton content={choices[chosen]?.text ?? ''} />
            {props.onAgain && (
              <button type="button" className="small plain" onClick={props.onAgain}>
                {text.again}
              </button>
            )}
          </span>
        )}
      </footer>
    </article>
  )
}

function ChoiceView({
  choice,
  run,
  alone,
}: {
  readonly choice: Choice
  readonly run: Run
  readonly alone: boolean
}) {
  const { text, thought, calls } = choice
  const running = run.state === 'running'
  const thinking = running && text === '' && calls.length === 0
  const nothing = text === '' && thought === '' && calls.length === 0
  return (
    <div className="choice-text">
      {thought !== '' && <Thought thought={thought} run={run} thinking={thinking} counted={alone} />}
      {text !== '' && <Markdown text={text} />}
      {calls.map((call) => (
        <CallView key={call.id} call={call} />
      ))}
      {nothing && running && <span className="cursor" />}
    </div>
  )
}

/** The usage is that of all choices, so the thought's own count is known where it is alone. */
function Thought(props: {
  readonly thought: string
  readonly run: Run
  readonly thinking: boolean
  readonly counted: boolean
}) {
  const text = useText().playground
  const { usage, budget } = props.run
  const tokens = usage?.completion_tokens_details?.reasoning_tokens ?? 0
  return (
    // The key lets it close by itself once the thought is over, and leaves the reader's own choice alone.
    <details className="thought" key={String(props.thinking)} open={props.thinking}>
      <summary>
        {props.thinking ? text.thinking : text.thought}{' '}
        {props.counted && (
          <span className="hint">
            {text.tokensOf(tokens, budget)}{' '}
            {budget > 0 && <progress aria-label={text.budget} max={budget} value={tokens} />}
          </span>
        )}
      </summary>
      <p>{props.thought}</p>
    </details>
  )
}

function CallView({ call: { function: called } }: { readonly call: ToolCall }) {
  return (
    <div className="call">
      <code>{called.name}</code>
      <pre>{called.arguments}</pre>
    </div>
  )
}

function RunFacts({ run, finish }: { readonly run: Run; readonly finish: string }) {
  const text = useText().playground
  const { usage, firstTokenAt, sentAt, doneAt, traceId, state } = run
  const seconds = firstTokenAt === null ? 0 : ((doneAt ?? firstTokenAt) - firstTokenAt) / 1000
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0
  const facts = [
    state === 'stopped' ? text.stopped : finish,
    usage && seconds > 0 && text.speed(usage.completion_tokens / seconds),
    firstTokenAt !== null && text.firstToken((firstTokenAt - sentAt) / 1000),
    usage && text.prompt(usage.prompt_tokens, cached),
    usage && text.completion(usage.completion_tokens),
  ].filter((fact) => typeof fact === 'string' && fact !== '')
  return (
    <p className="facts">
      {facts.map((fact) => (
        <span key={String(fact)}>{fact}</span>
      ))}
      {traceId !== '' && (
        <a className="mono" href={linkTo('requests', traceId)} title={text.trace}>
          {shortId(traceId)}
        </a>
      )}
    </p>
  )
}

import type { ReactNode } from 'react'
import { type Attempt, type RequestRecord, useRequest } from '../../api/requests.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { showMs, showShare } from '../../parts/format.ts'
import { OutcomeTag } from '../../parts/outcome-tag.tsx'
import { Problem } from '../../parts/problem.tsx'
import { linkTo } from '../../shell/route.ts'
import { useText } from '../../text/text.ts'
import { stagesOf, type Stage } from './stages.ts'

/** One request, from its arrival to its last token. */
export function RequestStory({ id }: { readonly id: string }) {
  const text = useText().requests
  const { data, error, refetch } = useRequest(id)
  return (
    <div className="page story">
      <div className="page-head">
        <div>
          <a href={linkTo('requests')}>← {text.title}</a>
          <h1 className="mono">{id}</h1>
        </div>
        <CopyButton content={id} label={text.copyId} />
      </div>
      {error !== null && <Problem error={error} again={() => void refetch()} />}
      {data !== undefined && <Story record={data} />}
    </div>
  )
}

function Story({ record }: { readonly record: RequestRecord }) {
  const text = useText().requests
  const { failure, cause, attempts, asked } = record
  return (
    <>
      <Facts record={record} />
      {failure !== null && (
        <section className="panel failure">
          <header>
            <h2>
              {text.failedWith} <code>{failure}</code>
            </h2>
          </header>
          <p>{text.advice[failure] ?? text.noAdvice}</p>
          {cause !== null && cause !== '' && <pre>{cause}</pre>}
        </section>
      )}
      <section className="panel">
        <header>
          <h2>{text.timeline}</h2>
          <span className="quiet">{showMs(record.timings.total_ms)}</span>
        </header>
        <Waterfall stages={stagesOf(record)} total={record.timings.total_ms} />
      </section>
      <section className="panel">
        <header>
          <h2>{text.attempts}</h2>
          <span className="quiet">{text.asked(asked)}</span>
        </header>
        {attempts.length === 0 ? (
          <p className="empty">{text.noAttempts}</p>
        ) : (
          <Attempts attempts={attempts} />
        )}
      </section>
    </>
  )
}

function Waterfall({ stages, total }: { readonly stages: readonly Stage[]; readonly total: number }) {
  const text = useText().requests
  const percent = (ms: number) => `${(100 * ms) / Math.max(total, 1)}%`
  return (
    <ol className="waterfall">
      {stages.map(({ name, begins, lasts }) => (
        <li key={name}>
          <span>{text.stages[name]}</span>
          <span className="track">
            <span className={`bar-${name}`} style={{ marginLeft: percent(begins), width: percent(lasts) }} />
          </span>
          <span className="number">{showMs(lasts)}</span>
        </li>
      ))}
    </ol>
  )
}

function Facts({ record }: { readonly record: RequestRecord }) {
  const text = useText().requests
  const { decisions, prompt_tokens: prompt, completion_tokens: completion } = record
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    [text.outcome, <OutcomeTag key="tag" outcome={record.outcome} detail={record.reasons.join(', ')} />],
    [text.received, new Date(record.received_at).toLocaleString()],
    [text.model, decisions.stand_in === '' ? record.model : `${record.model} (${decisions.stand_in})`],
    [text.engine, record.engine || '–'],
    [text.account, record.account_id],
    [text.key, <code key="key">{record.key_id}</code>],
    [text.reply, `${text.replies[record.reply]}${record.choices > 1 ? `, n = ${record.choices}` : ''}`],
    [text.effort, decisions.effort],
    [text.promptTokens, text.cachedOf(prompt, record.cached_tokens, showShare(record.cached_tokens, prompt))],
    [text.completionTokens, text.thoughtOf(completion, record.reasoning_tokens)],
    [text.answerLimit, String(decisions.answer_limit ?? '–')],
    [text.perToken, showMs(record.timings.token_ms)],
    [text.callerTraceId, record.caller_trace_id || '–'],
  ]
  return (
    <dl className="panel facts-grid">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const text = useText().requests
  return (
    <div className="scroll-x">
      <table className="data">
        <thead>
          <tr>
            <th>{text.engine}</th>
            <th>{text.outcome}</th>
            <th>{text.cause}</th>
            <th>{text.answer}</th>
            <th className="number">{text.took}</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map(({ engine, began_at: at, ms, outcome, cause, answer }) => (
            <tr key={at + engine}>
              <td>{engine}</td>
              <td>
                <span
                  className={outcome === 'whole' ? 'tag good' : outcome === 'left' ? 'tag warn' : 'tag bad'}
                >
                  {outcome}
                </span>
              </td>
              <td>{cause}</td>
              <td>{answer}</td>
              <td className="number">{showMs(ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

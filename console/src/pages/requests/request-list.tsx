import { useMemo } from 'react'
import { useAccounts } from '../../api/accounts.ts'
import { useModels } from '../../api/models.ts'
import { type RequestFilter, type RequestRecord, useRequests } from '../../api/requests.ts'
import { showCount, showMs } from '../../parts/format.ts'
import { OutcomeTag } from '../../parts/outcome-tag.tsx'
import { Problem } from '../../parts/problem.tsx'
import { shortId } from '../../parts/short-id.ts'
import { VirtualTable } from '../../parts/virtual-table.tsx'
import { goTo, linkTo, useRoute } from '../../shell/route.ts'
import { useText } from '../../text/text.ts'

/** Requests as they come in, by filters that stand in the address. */
export function RequestList() {
  const text = useText().requests
  const { query } = useRoute()
  const queryText = query.toString()
  const filter = useMemo(() => readFilter(new URLSearchParams(queryText)), [queryText])
  const { rows, error, isPending, again, more } = useRequests(filter)
  const columns = [
    { name: text.received, width: '150px' },
    { name: text.traceId, width: '150px' },
    { name: text.model, width: '22%' },
    { name: text.account, width: '16%' },
    { name: text.outcome, width: '150px' },
    { name: text.firstToken, width: '96px', number: true },
    { name: text.total, width: '90px', number: true },
    { name: text.tokens, width: '120px', number: true },
  ]
  return (
    <div className="requests">
      <h1 className="unseen">{text.title}</h1>
      <Filters filter={filter} count={rows.length} />
      {error !== null && <Problem error={error} again={again} />}
      {!isPending && error === null && rows.length === 0 && <p className="empty">{text.none}</p>}
      {rows.length > 0 && (
        <VirtualTable
          label={text.title}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.id}
          cellsOf={cellsOf}
          onEnd={more}
        />
      )}
    </div>
  )
}

function cellsOf(row: RequestRecord) {
  return [
    <time key="at" dateTime={row.received_at} title={row.received_at}>
      {shortTime(row.received_at)}
    </time>,
    <a key="id" className="mono" href={linkTo('requests', row.id)}>
      {shortId(row.id)}
    </a>,
    row.model,
    <span key="who" title={row.key_id}>
      {row.account_id}
    </span>,
    <OutcomeTag
      key="outcome"
      outcome={row.outcome}
      detail={row.failure ?? [...new Set(row.reasons)].join(', ')}
    />,
    showMs(row.timings.first_token_ms),
    showMs(row.timings.total_ms),
    `${showCount(row.prompt_tokens)} → ${showCount(row.completion_tokens)}`,
  ]
}

function shortTime(at: string): string {
  const date = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`
}

function readFilter(query: URLSearchParams): RequestFilter {
  const field = (name: keyof RequestFilter) => query.get(name) ?? ''
  return {
    model: field('model'),
    account_id: field('account_id'),
    key_id: field('key_id'),
    outcome: field('outcome'),
    failure: field('failure'),
    trace_id: field('trace_id'),
    from: field('from'),
  }
}

/** What links from other pages look for; here it can be taken away. */
const hidden = ['key_id', 'failure', 'from'] as const

function Filters({ filter, count }: { readonly filter: RequestFilter; readonly count: number }) {
  const text = useText().requests
  const models = useModels().data ?? []
  const accounts = useAccounts().data ?? []
  const change = (part: Partial<RequestFilter>) => goTo(linkTo('requests', '', { ...filter, ...part }))
  const find = (form: FormData) => {
    const wanted = form.get('id')
    const id = typeof wanted === 'string' ? wanted.trim() : ''
    // The server's own ids are 32 hexadecimal digits; whatever else is searched for is a name that a caller gave.
    if (/^[0-9a-f]{32}$/.test(id)) goTo(linkTo('requests', id))
    else change({ trace_id: id })
  }
  return (
    <div className="filters">
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            find(new FormData(event.currentTarget))
          }}
        >
          <input
            name="id"
            type="search"
            key={filter.trace_id}
            defaultValue={filter.trace_id}
            aria-label={text.find}
            placeholder={text.find}
          />
        </form>
      </search>
      <Select
        label={text.model}
        all={text.allModels}
        value={filter.model}
        values={models.filter(({ served }) => served).map(({ id }) => id)}
        onChange={(model) => change({ model })}
      />
      <Select
        label={text.account}
        all={text.allAccounts}
        value={filter.account_id}
        values={accounts.map(({ id }) => id)}
        onChange={(account) => change({ account_id: account })}
      />
      <Select
        label={text.outcome}
        all={text.allOutcomes}
        value={filter.outcome}
        values={['finished', 'failed', 'abandoned']}
        onChange={(outcome) => change({ outcome })}
      />
      {hidden
        .filter((field) => filter[field] !== '')
        .map((field) => (
          <button key={field} type="button" className="small" onClick={() => change({ [field]: '' })}>
            {field} = {filter[field]} <span aria-label={text.clear}>×</span>
          </button>
        ))}
      <output className="hint">{text.shown(count)}</output>
    </div>
  )
}

function Select(props: {
  readonly label: string
  readonly all: string
  readonly value: string
  readonly values: readonly string[]
  readonly onChange: (value: string) => void
}) {
  const { value, values } = props
  return (
    <select aria-label={props.label} value={value} onChange={({ target }) => props.onChange(target.value)}>
      <option value="">{props.all}</option>
      {[...new Set([...(value === '' ? [] : [value]), ...values])].map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  )
}

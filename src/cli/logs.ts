import { Failure } from '../chat/failure.ts'
import type { RecordFilter } from '../chat/record-filter.ts'
import { openRecordsAlone } from '../main.ts'
import type { Settings } from '../settings.ts'
import { openLog } from './log.ts'
import { printable, table } from './terminal.ts'
import { timeBefore } from './times.ts'
import { realWorld } from './world.ts'

/** What to print; empty texts for what was not said. */
export interface WantedLogs {
  readonly id: string
  readonly account: string
  readonly key: string
  readonly model: string
  readonly outcome: string
  readonly since: string
  readonly limit: string
  readonly asJson: boolean
}

type Row = NonNullable<Awaited<ReturnType<Awaited<ReturnType<typeof openRecordsAlone>>['records']['find']>>>

/** Prints one request with all that is known of it, or a line for each. Resolves with the exit code: 1 for an unknown id. */
export async function printLogs(settings: Settings, wanted: WantedLogs): Promise<number> {
  const filter = filterOf(wanted)
  const limit = Number(wanted.limit)
  if (!Number.isInteger(limit) || limit < 1)
    throw new Failure('invalid-request', `--limit must be an integer of at least 1, not ${wanted.limit}.`)
  const { records, database } = await openRecordsAlone(settings, realWorld(openLog(settings.logLevel)))
  try {
    const found = wanted.id === '' ? undefined : await records.find(wanted.id)
    const rows = found === undefined ? (await records.list(filter, limit)).rows : [found]
    if (wanted.id !== '' && rows.length === 0) {
      console.error(`silica: no request has the id ${wanted.id}. It is known a moment after it ended.`)
      return 1
    }
    if (wanted.asJson) for (const row of rows) console.log(JSON.stringify(row))
    else if (wanted.id === '') console.log(table([head, ...rows.map(inShort)]))
    else {
      for (const row of rows) {
        console.log(inFull(row))
        const bodies = await records.bodies(row.id)
        if (bodies !== undefined)
          console.log(printable(`\nasked\n${bodies.request}\n\nanswered\n${bodies.answer}\n`))
      }
    }
    return 0
  } finally {
    await database.close()
  }
}

/** An id that is none of Silica's own may be what a caller named requests. */
function filterOf({ id, account, key, model, outcome, since }: WantedLogs): RecordFilter {
  const from = since === '' ? null : timeBefore(since, Date.now())
  if (from === undefined) {
    throw new Failure(
      'invalid-request',
      `--since must be a day such as 2030-01-31 or a time before now such as 15m, not ${since}.`,
    )
  }
  return {
    from,
    until: null,
    accountId: account || null,
    keyId: key || null,
    model: model || null,
    outcome: outcome || null,
    failure: null,
    callerTraceId: id || null,
    before: null,
  }
}

const head = ['RECEIVED', 'ID', 'ACCOUNT', 'MODEL', 'OUTCOME', 'PROMPT', 'THOUGHT', 'ALL', 'FIRST', 'DONE']

function inShort(row: Row): readonly string[] {
  return [
    timeOf(row.received_at),
    row.id,
    row.account_id,
    row.model,
    row.failure ?? (row.reasons || row.outcome),
    String(row.prompt_tokens),
    String(row.reasoning_tokens),
    String(row.completion_tokens),
    row.first_token_at === null ? '-' : `${row.first_token_at - row.received_at} ms`,
    `${row.done_at - row.received_at} ms`,
  ]
}

const forMachines = ['attempts', 'first_token_bin', 'token_bin']

function inFull(row: Row): string {
  const known = Object.entries(row).filter(([field]) => !forMachines.includes(field))
  const fields = known.map(([field, value]) => [
    field,
    value === null || value === '' ? '-' : field.endsWith('_at') ? timeOf(Number(value)) : String(value),
  ])
  return table([...fields, ...attemptsOf(row.attempts).map((attempt, at) => [`attempt ${at + 1}`, attempt])])
}

/** A line for each engine that was asked. */
function attemptsOf(text: string): readonly string[] {
  const attempts: unknown = text === '' ? [] : JSON.parse(text)
  if (!Array.isArray(attempts)) return []
  return attempts.map((attempt: Readonly<Record<string, string | number>>) => {
    const ms = Number(attempt['ended_at']) - Number(attempt['began_at'])
    const why = attempt['cause'] ? ` (${attempt['cause']})` : ''
    const then = attempt['answer'] ? `: ${attempt['answer']}` : ''
    return `${attempt['outcome']}${why} after ${ms} ms at ${attempt['engine']}${then}`
  })
}

function timeOf(time: number): string {
  return new Date(time).toISOString()
}

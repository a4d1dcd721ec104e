import type { AnswerRecord } from '../chat/answer-record.ts'
import { attributesOf, spansOf } from './spans.ts'

/** Sends spans to a collector by OTLP over HTTP, in JSON. No request ever waits for it. */
export interface Exporter {
  /** Takes what is to be sent; drops it where too much waits. */
  answered(record: AnswerRecord): void
  /** Requests whose spans were dropped since the start. */
  dropped(): number
  /** Sends what waits, within a few seconds. */
  close(): Promise<void>
}

export interface ExporterParts {
  /** Where to send them, such as `http://localhost:4318/v1/traces`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** What this is called among other services. */
  readonly service: string
  readonly newSpanId: () => string
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void
  /** Told when the collector begins not to take spans, and why, and when it does again. */
  readonly changed: (up: boolean, reason: string) => void
}

/** Requests that may wait, and that are sent at once. */
const mostWaiting = 4096
const atOnce = 256
/** Milliseconds until what waits is sent, those that the collector has, and those until it is tried again. */
const interval = 1000
const patience = 5000
const pauses = [1000, 2000, 5000, 15_000, 30_000]
/** Milliseconds that `close` takes at most. */
const lastPatience = 2000
/** Answers after which OTLP has the same sent again. */
const passing = [429, 502, 503, 504]

export function openExporter(parts: ExporterParts): Exporter {
  const waiting: AnswerRecord[] = []
  let dropped = 0
  let failures = 0
  let cancel: (() => void) | null = null
  let sending: Promise<void> | null = null

  function plan(milliseconds: number): void {
    cancel ??= parts.after(milliseconds, () => {
      cancel = null
      flush(patience)
    })
  }

  function flush(within: number): void {
    sending ??= sendAll(within).finally(() => {
      sending = null
      if (waiting.length > 0) plan(failures === 0 ? interval : (pauses[failures - 1] ?? 30_000))
    })
  }

  async function sendAll(within: number): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, atOnce)
      const outcome = await send(batch, within)
      if (outcome === 'later') {
        waiting.unshift(...batch)
        dropped += waiting.splice(mostWaiting).length
        return
      }
      if (outcome === 'refused') dropped += batch.length
    }
  }

  async function send(
    batch: readonly AnswerRecord[],
    within: number,
  ): Promise<'taken' | 'refused' | 'later'> {
    try {
      const response = await fetch(parts.url, {
        method: 'POST',
        headers: { ...parts.headers, 'content-type': 'application/json' },
        body: JSON.stringify(payloadOf(batch, parts)),
        signal: AbortSignal.timeout(within),
        redirect: 'error',
      })
      await response.body?.cancel()
      if (response.ok) {
        told(true, '')
        return 'taken'
      }
      told(false, `status ${response.status}`)
      return passing.includes(response.status) ? 'later' : 'refused'
    } catch (error) {
      const { message, cause } = error instanceof Error ? error : new Error(String(error))
      told(false, cause instanceof Error ? `${message}: ${cause.message}` : message)
      return 'later'
    }
  }

  function told(up: boolean, reason: string): void {
    const wasUp = failures === 0
    if (up !== wasUp) parts.changed(up, reason)
    failures = up ? 0 : Math.min(failures + 1, pauses.length)
  }

  return {
    answered(record) {
      if (record.trace?.sampled !== true) return
      if (waiting.length >= mostWaiting) {
        dropped += 1
        return
      }
      waiting.push(record)
      plan(interval)
    },
    dropped: () => dropped,
    async close() {
      cancel?.()
      // Nothing is planned any more.
      cancel = () => {}
      await sending
      if (waiting.length > 0) await sendAll(lastPatience)
    },
  }
}

/** The body of one export: `ExportTraceServiceRequest`. */
function payloadOf(batch: readonly AnswerRecord[], { service, newSpanId }: ExporterParts): object {
  const spans = batch.flatMap((record) =>
    record.trace === null ? [] : spansOf(record, record.trace, newSpanId),
  )
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': service }) },
        scopeSpans: [{ scope: { name: 'silica' }, spans }],
      },
    ],
  }
}

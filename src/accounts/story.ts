import type { Story } from '../chat/answer-record.ts'
import type { Arrival } from '../chat/gate.ts'
import type { Attempt, AttemptNotes, Notes } from '../chat/notes.ts'
import { contextHeaders, placeIn } from '../chat/trace-context.ts'

/** What becomes known of a request on its way through the engines. */
export interface OpenStory {
  readonly notes: Notes
  /** The first event of the answer is in hand. */
  promptRead(): void
  /** All of it, once the answer has ended. */
  told(): Story
}

export interface StoryParts {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** 16 hexadecimal digits; null where nothing is traced. */
  readonly newSpanId: (() => string) | null
}

/** More are counted, and not kept. */
const mostAttempts = 32
const longestCause = 500

export function openStory({ context }: Arrival, ownId: string, { clock, newSpanId }: StoryParts): OpenStory {
  const trace = newSpanId === null ? null : placeIn(context, ownId, newSpanId())
  const attempts: (Attempt & { readonly spanId: string })[] = []
  const decisions: Record<string, string | number> = {}
  let engine = ''
  let asked = 0
  let startedAt: number | null = null
  let promptReadAt: number | null = null

  /** Without a trace of our own, what the caller sent goes on as it is. */
  const headers = (spanId: string) => {
    if (trace !== null) return contextHeaders(context, trace, spanId)
    if (context.traceparent === '') return {}
    return context.tracestate === '' ? { traceparent: context.traceparent } : { ...context }
  }

  function attempt(name: string): AttemptNotes {
    const beganAt = clock()
    const spanId = newSpanId?.() ?? ''
    let ended = false
    asked += 1
    engine = name
    return {
      ...notes,
      context: headers(spanId),
      ended(outcome, cause, answer) {
        if (ended) return
        ended = true
        if (attempts.length === mostAttempts) return
        const words = storable(cause.slice(0, longestCause))
        attempts.push({ engine: name, beganAt, endedAt: clock(), outcome, cause: words, answer, spanId })
      },
    }
  }

  const notes: Notes = {
    context: {},
    asked: attempt,
    started() {
      if (promptReadAt === null) startedAt = clock()
    },
    decided(what, value) {
      decisions[what] = value
    },
  }
  return {
    notes,
    promptRead() {
      promptReadAt ??= clock()
    },
    told: () => ({ engine, asked, startedAt, promptReadAt, attempts, decisions, trace }),
  }
}

/** Only what every database can store. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

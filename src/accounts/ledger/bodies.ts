import type { ChatEvent } from '../../chat/event.ts'
import type { Database } from '../../storage/database.ts'
import { type BodiesRow, insertBodies } from '../../storage/bodies.ts'
import { storable } from '../story.ts'
import { redact } from './redact.ts'

/** Keeps what accounts that want it have asked and were answered. Nobody waits for it, and what does not fit is lost. */
export interface Bodies {
  /** `body`: the request as it came. */
  keep(traceId: string, body: Uint8Array): KeptBodies
  close(): Promise<void>
}

export interface KeptBodies {
  said(event: ChatEvent): void
  /** The answer has ended. */
  done(): void
}

export interface BodiesParts {
  readonly database: Database
  /** The most bytes of a request, and of an answer, that are kept. */
  readonly most: number
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void
  /** Told when some were lost, and why. */
  readonly lost: (count: number, cause: unknown) => void
}

/** Milliseconds until what waits is stored, and how many wait. */
const interval = 500
const mostWaiting = 1000
const atOnce = 50

interface Choice {
  reasoning: string
  text: string
  readonly calls: { readonly name: string; arguments: string }[]
  finish: string | null
}

export function openBodies({ database, most, after, lost }: BodiesParts): Bodies {
  const waiting: BodiesRow[] = []
  let cancel: (() => void) | null = null
  let storing: Promise<void> = Promise.resolve()

  function store(): Promise<void> {
    storing = storing.then(async () => {
      while (waiting.length > 0) {
        const rows = waiting.splice(0, atOnce)
        await insertBodies(database, rows).catch((error: unknown) => lost(rows.length, error))
      }
    })
    return storing
  }

  function push(row: BodiesRow): void {
    if (waiting.length >= mostWaiting) {
      lost(1, new Error('Too many wait for the database.'))
      return
    }
    waiting.push(row)
    cancel ??= after(interval, () => {
      cancel = null
      void store()
    })
  }

  return {
    keep(traceId, body) {
      const choices: Choice[] = []
      let kept = 0
      return {
        said(event) {
          const choice = (choices[event.choice] ??= { reasoning: '', text: '', calls: [], finish: null })
          if (event.type === 'finish') choice.finish = event.reason
          if (kept > most) return
          kept += add(choice, event)
        },
        done() {
          const request = cut(redact(Buffer.from(body), most), most)
          const answer = cut(redact(Buffer.from(JSON.stringify(choices)), most), most)
          push({
            id: traceId,
            request: request.text,
            answer: answer.text,
            truncated: request.isCut || answer.isCut || kept > most ? 1 : 0,
          })
        },
      }
    },
    async close() {
      cancel?.()
      await store()
    },
  }
}

/** Gives the characters that it added. */
function add(choice: Choice, event: ChatEvent): number {
  switch (event.type) {
    case 'text':
      choice.text += event.text
      return event.text.length
    case 'reasoning':
      choice.reasoning += event.text
      return event.text.length
    case 'call-start':
      choice.calls.push({ name: event.name, arguments: '' })
      return event.name.length
    case 'call-text': {
      const call = choice.calls.at(-1)
      if (call !== undefined) call.arguments += event.text
      return event.text.length
    }
    case 'prompt':
    case 'mark':
    case 'uncounted':
    case 'finish':
      return 0
  }
}

function cut(
  { text, isCut }: { readonly text: string; readonly isCut: boolean },
  most: number,
): { readonly text: string; readonly isCut: boolean } {
  if (text.length <= most) return { text: storable(text), isCut }
  return { text: storable(text.slice(0, most)), isCut: true }
}

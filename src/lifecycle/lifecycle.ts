import type { Database } from '../storage/database.ts'
import { type Lives, openLives, type RowFacts } from './lives.ts'

export interface Lifecycle extends Pick<Lives, 'find' | 'change'> {
  /** The catalogue was read anew. */
  catalogueChanged(): void
  /** Waits for what is under way. */
  close(): Promise<void>
}

export interface LifecycleParts {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Calls `run` after so many milliseconds, unless what it gives is called before. */
  readonly after: (milliseconds: number, run: () => void) => () => void
  readonly newId: () => string
  /** What the catalogue says now; null where its changes are not to be recorded. */
  readonly rows: (() => readonly RowFacts[]) | null
  readonly isKnown: (model: string) => boolean
  /** Told of what could not be done, and is tried again. */
  readonly failed: (cause: unknown, what: string) => void
}

/** How often it is looked for what other servers changed, in milliseconds. */
const lookEvery = 1000

/** Takes the catalogue as it is, and goes on to look for what changes. */
export async function openLifecycle(parts: LifecycleParts): Promise<Lifecycle> {
  const { after, rows, failed } = parts
  const lives = openLives(parts)
  let behind = true
  let closed = false

  async function look(): Promise<void> {
    if (behind && rows !== null) {
      behind = false
      try {
        await lives.take(rows())
      } catch (error) {
        behind = true
        throw error
      }
    } else await lives.refresh()
  }

  let looking = look()
  await looking
  let wait = after(lookEvery, lookOn)
  function lookOn(): void {
    wait()
    looking = looking
      .then(look)
      .catch((error: unknown) => failed(error, 'the lives of the models could not be read or written'))
      .finally(() => {
        wait()
        if (!closed) wait = after(lookEvery, lookOn)
      })
  }

  return {
    find: (model) => lives.find(model),
    change: (model, change, by) => lives.change(model, change, by),
    catalogueChanged() {
      behind = true
      lookOn()
    },
    close() {
      closed = true
      wait()
      return looking
    },
  }
}

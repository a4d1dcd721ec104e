import type { Batch, ChatEvent } from '../../chat/event.ts'
import type { AnswerSink } from './model-process.ts'

interface Reader {
  resolve(result: IteratorResult<Batch, void>): void
  reject(error: unknown): void
}

/**
 * The events of one answer as an iterator; those of one message come as one batch. `begin` is called when it is first read; what it gives is called when the
 * reader returns or `signal` aborts, at once, even while a read is pending (a generator would wait for that read first).
 * An abort throws the signal's reason, and drops what has not been read. Holds what the reader is too slow for.
 */
export function streamEvents(
  begin: (sink: AnswerSink) => () => void,
  signal: AbortSignal,
): AsyncIterator<Batch, void> {
  let events: ChatEvent[] = []
  let planned = false
  const readers: Reader[] = []
  let state: 'new' | 'running' | 'over' = 'new'
  let error: { readonly value: unknown } | null = null
  let leave = (): void => {}

  const settle = (): void => {
    for (;;) {
      if (readers.length === 0 || (events.length === 0 && state !== 'over')) return
      const reader = readers.shift()
      if (events.length > 0) {
        reader?.resolve({ done: false, value: events })
        events = []
      } else if (error !== null) {
        reader?.reject(error.value)
        error = null
      } else reader?.resolve({ done: true, value: undefined })
    }
  }
  /** Once all events of a message are there. */
  const plan = (): void => {
    if (planned) return
    planned = true
    queueMicrotask(() => {
      planned = false
      settle()
    })
  }
  const finish = (failed: { readonly value: unknown } | null): void => {
    if (state === 'over') return
    state = 'over'
    error = failed
    // What is still unread is dropped by an abort too.
    if (events.length === 0) signal.removeEventListener('abort', abort)
    settle()
  }
  const quit = (failed: { readonly value: unknown } | null): void => {
    if (state === 'running') leave()
    if (events.length > 0) error = failed
    events = []
    signal.removeEventListener('abort', abort)
    finish(failed)
  }
  const abort = (): void => quit({ value: signal.reason })

  const start = (): void => {
    if (signal.aborted) return abort()
    state = 'running'
    signal.addEventListener('abort', abort)
    try {
      leave = begin({
        event(event) {
          if (state === 'over') return
          events.push(event)
          plan()
        },
        end: () => finish(null),
        fail: (failure) => finish({ value: failure }),
      })
    } catch (failure) {
      finish({ value: failure })
    }
  }
  return {
    next() {
      if (state === 'new') start()
      return new Promise((resolve, reject) => {
        readers.push({ resolve, reject })
        settle()
      })
    },
    return() {
      quit(null)
      error = null
      return Promise.resolve({ done: true, value: undefined })
    },
  }
}

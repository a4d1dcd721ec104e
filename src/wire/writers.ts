import type { ChatEvent } from '../chat/event.ts'
import type { Failure } from '../chat/failure.ts'

/** Folds the events of an answer into one JSON body, the one that a reader of the stream would arrive at. */
export interface AnswerWriter {
  write(event: ChatEvent): void
  /** The body. To be called once, after every choice has finished. */
  end(): string
}

/** Writes an answer as server-sent events. */
export interface StreamWriter {
  /** The text of an event; empty for one that has nothing to say to the caller. */
  write(event: ChatEvent): string
  /** What follows the last event. */
  end(): string
  /** What follows an answer that broke off: the failure, and not `end`, so that it cannot be taken for whole. */
  fail(failure: Failure): string
  /** What may be said while the model says nothing; empty where the API has no word for it. */
  readonly ping: string
}

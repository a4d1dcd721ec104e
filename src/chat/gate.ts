import { Failure } from './failure.ts'
import type { ChatEvent, FinishReason } from './event.ts'
import type { Standing } from './limits.ts'
import type { Model } from './model.ts'
import type { Notes } from './notes.ts'
import type { ChatRequest } from './request.ts'
import type { TraceContext } from './trace-context.ts'
import type { Usage } from './usage.ts'

/** Who asks. Nothing here is secret: `keyId` is the key's public part and may stand in logs. */
export interface Caller {
  readonly accountId: string
  readonly keyId: string
  /** The account's. */
  readonly level: string
  /** Whether what the account asks and is answered is kept. */
  readonly keepsBodies: boolean
  /** The models that the key may ask; null for all. */
  readonly models: readonly string[] | null
}

/** Throws `forbidden` where the key may not ask the model. */
export function checkModel({ models }: Caller, { id }: Model): void {
  if (models?.includes(id) === false) throw new Failure('forbidden', 'Forbidden')
}

/** A request as it came in, before anything of it was read. */
export interface Arrival {
  /** Names the request everywhere; no other request has it. */
  readonly traceId: string
  /** What the caller calls the request; empty where they gave it no name. */
  readonly callerTraceId: string
  /** The trace of the caller that it is part of. */
  readonly context: TraceContext
  /** The request as it came; empty before it has been read. */
  readonly body: Uint8Array
  /** Milliseconds since 1970. */
  readonly receivedAt: number
}

/** Lets callers in, and keeps count of what was let in. */
export interface Gate {
  /**
   * Takes the `Authorization` header, empty where none came. Throws `malformed-key`, `unknown-key`, `forbidden` for a
   * key that may do other things alone, or `overloaded` where the key is not known and cannot be looked up now.
   */
  identify(authorization: string): Promise<Caller>
  /**
   * Lets the request in, or throws `forbidden` where the key may not ask this model, `rate-limited` where its account
   * has had all that it may have. Every ticket it gives is settled exactly once, however the answer ends.
   */
  admit(caller: Caller, request: ChatRequest, arrival: Arrival): Promise<Ticket>
}

export interface Ticket {
  /** How the limits stood after the request was let in; empty where it has none. */
  readonly standings: readonly Standing[]
  /** Where engines note what they do for the answer. */
  readonly notes: Notes
  /**
   * The first event is in hand, and with it the tokens of the prompt, or 0 where the engine counts later. Called at most
   * once. Throws `rate-limited` where only that count shows that the request is too large.
   */
  counted(promptTokens: number): void
  /** Told of every event of the answer, as its reader sees it. */
  said(event: ChatEvent): void
  /** The first token is in hand. Called at most once, before `settle`. */
  began(): void
  settle(outcome: Outcome, usage: Usage): void
}

/** How an answer ended. `abandoned`: its reader left before the end. */
export type Outcome =
  | { readonly kind: 'finished'; readonly reasons: readonly FinishReason[] }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'abandoned' }

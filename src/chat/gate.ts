import type { Failure } from './failure.ts'
import type { FinishReason } from './event.ts'
import type { ChatRequest } from './request.ts'
import type { Usage } from './usage.ts'

/** Who asks. `keyId` is the key's public part and may stand in logs. */
export interface Caller {
  readonly keyId: string
}

/** Lets a caller in, and keeps count of what was let in. */
export interface Gate {
  /** Takes the `Authorization` header, empty where none came. Throws `malformed-key` or `unknown-key`. */
  identify(authorization: string): Promise<Caller>
  /** Lets the request in, or throws. Every ticket it gives is settled exactly once, however the answer ends. */
  admit(caller: Caller, request: ChatRequest, traceId: string): Ticket
}

export interface Ticket {
  settle(outcome: Outcome, usage: Usage): void
}

/** How an answer ended. `abandoned`: its reader left before the end. */
export type Outcome =
  | { readonly kind: 'finished'; readonly reasons: readonly FinishReason[] }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'abandoned' }

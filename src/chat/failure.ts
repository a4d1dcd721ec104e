import type { Standing } from './limits.ts'

/** Why an answer could not be given. Each kind has one status and one body in `wire/failures.ts`. */
export type FailureKind =
  /** A field of the request is missing, malformed or out of range. */
  | 'invalid-request'
  /** The path or the method does not exist. */
  | 'unknown-path'
  /** The named model is not in the catalogue. */
  | 'unknown-model'
  /** The named model is in the catalogue, and nothing runs it, or it was taken offline. */
  | 'model-disabled'
  /** Prompt, or prompt and allowed answer, are longer than the model's window. */
  | 'context-overflow'
  /** The model cannot promise JSON. */
  | 'json-unsupported'
  /** The model cannot call functions. */
  | 'calls-unsupported'
  /** No key came, or it is not of the form `Bearer <key>`. */
  | 'malformed-key'
  /** A well-formed key that nobody holds. */
  | 'unknown-key'
  /** The key is good, and what it asks for is not for it. */
  | 'forbidden'
  /** The admin API was asked for an account, key or request that does not exist. */
  | 'not-found'
  /** The admin API was told to make what exists already. */
  | 'taken'
  /** The body is larger than the server reads. */
  | 'body-too-large'
  /** The body did not arrive in time. */
  | 'body-timeout'
  /** The engine will not answer this, for what it says. */
  | 'content-refused'
  /** The account has had of the model what its level allows. */
  | 'rate-limited'
  /** The engine's queue is full, or the server is stopping. */
  | 'overloaded'
  /** The engine died or broke off before the answer was whole. */
  | 'engine-lost'
  /** A defect of ours. The caller is told nothing but that. */
  | 'internal'

/**
 * The only error class. `message` may be shown to the caller: it names the field, what came and what is allowed, and
 * never holds a key or another caller's content. `cause` is for the operator's log alone.
 */
export class Failure extends Error {
  readonly kind: FailureKind
  /** The request's field at fault as a path such as `messages[2].role`, or null where no field is. */
  readonly field: string | null
  /** Milliseconds after which it may be tried again, or null where nobody knows. */
  readonly retryAfter: number | null
  /** How the account's limits stood; empty where that is not known or of no matter. */
  readonly standings: readonly Standing[]

  constructor(
    kind: FailureKind,
    message: string,
    options: {
      field?: string
      cause?: unknown
      retryAfter?: number | null
      standings?: readonly Standing[]
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'Failure'
    this.kind = kind
    this.field = options.field ?? null
    this.retryAfter = options.retryAfter ?? null
    this.standings = options.standings ?? []
  }
}

const glimpse = 100

/** That there is no such thing of this name, of which a caller may be told no more than a glimpse. */
export function notFound(what: string, name: string): Failure {
  const shown = name.length > glimpse ? `${name.slice(0, glimpse)}…` : name
  return new Failure('not-found', `There is no ${what} ${shown}.`)
}

/** The failure that `error` is; anything that is no `Failure` is a defect and becomes `internal`. */
export function toFailure(error: unknown): Failure {
  return error instanceof Failure
    ? error
    : new Failure('internal', 'Request failed: Unknown error.', { cause: error })
}

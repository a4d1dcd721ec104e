import type { Kysely } from 'kysely'

/** What stands in the database. Times are milliseconds since 1970. */
export interface Tables {
  readonly accounts: AccountsTable
  readonly keys: KeysTable
  readonly facts: FactsTable
  readonly requests: RequestsTable
  readonly lives: LivesTable
  readonly announcements: AnnouncementsTable
  readonly deliveries: DeliveriesTable
  readonly usage_hours: UsageTable
  readonly bodies: BodiesTable
  readonly migrations: { readonly name: string }
}

interface AccountsTable {
  readonly id: string
  readonly name: string
  /** Empty for the level of the settings. */
  readonly level: string
  readonly created_at: number
  /** Null while its keys may be used. */
  readonly disabled_at: number | null
  /** 1 where what it asks and is answered is kept, else 0. */
  readonly keeps_bodies: number
}

interface KeysTable {
  readonly id: string
  readonly account_id: string
  readonly name: string
  /** 64 hexadecimal digits: the SHA-256 of the secret, sealed with the server's own secret. */
  readonly hash: string
  /** `caller` or `admin`. */
  readonly role: string
  /** A JSON list of models' ids; null for all models. */
  readonly models: string | null
  readonly created_at: number
  /** Null for never. */
  readonly expires_at: number | null
  /** Null while the key may be used. */
  readonly disabled_at: number | null
}

/** Single values that concern the whole database. */
interface FactsTable {
  readonly name: string
  readonly value: string
}

/** One row for each admitted request. Ids are ordered by the time at which requests came in. */
export interface RequestsTable {
  readonly id: string
  readonly caller_trace_id: string
  readonly account_id: string
  readonly key_id: string
  readonly model: string
  readonly stand_in: string
  readonly thinking: string
  readonly reply: string
  readonly choices: number
  readonly received_at: number
  readonly admitted_at: number
  readonly first_token_at: number | null
  readonly done_at: number
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly completion_tokens: number
  readonly reasoning_tokens: number
  readonly outcome: string
  /** With commas between. */
  readonly reasons: string
  readonly failure: string | null
  readonly cause: string | null
  /** When the prompt began to be read, and had been. */
  readonly started_at: number | null
  readonly prompt_read_at: number | null
  readonly answer_limit: number
  /** The engine that was asked last. */
  readonly engine: string
  /** How often one was asked. */
  readonly asked: number
  /** A JSON list of attempts, and a JSON object; empty for none. */
  readonly attempts: string
  readonly decisions: string
  /** From arrival to first token, and between two tokens, as `chat/time-bins.ts` has them; 0 for none. */
  readonly first_token_bin: number
  readonly token_bin: number
}

/** What was asked and answered, without secrets, as JSON that may be cut. `id` is the request's. */
export interface BodiesTable {
  readonly id: string
  readonly request: string
  readonly answer: string
  readonly truncated: number
}

/** What was used in an hour, which `received_at` begins, summed over requests that are alike in the other columns. */
export interface UsageTable {
  readonly received_at: number
  readonly account_id: string
  readonly key_id: string
  readonly model: string
  /** `finished`, `abandoned`, or the kind of a failure. */
  readonly outcome: string
  readonly first_token_bin: number
  readonly token_bin: number
  readonly requests: number
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly completion_tokens: number
  readonly reasoning_tokens: number
}

/** What is known of a model by its id. */
interface LivesTable {
  readonly model: string
  readonly state: string
  readonly sunset_at: number | null
  readonly successor: string
  readonly since: number | null
  /** A JSON object: what the model's row said when it was last read. */
  readonly row_life: string
  /** A JSON object: what the model could do when its row was last read; empty where no server has one. */
  readonly abilities: string
}

interface AnnouncementsTable {
  readonly id: string
  readonly at: number
  readonly model: string
  readonly kind: string
  readonly made_by: string
  readonly state: string
  readonly sunset_at: number | null
  readonly successor: string
  /** A JSON list. */
  readonly changes: string
  /** 1 once it has its deliveries. */
  readonly spread: number
}

interface DeliveriesTable {
  readonly id: string
  readonly announcement_id: string
  readonly target: string
  readonly state: string
  readonly attempts: number
  readonly next_at: number
  readonly result: string
}

/** One step of the schema. Its name and what it does never change once it has been released. */
export interface Migration {
  readonly name: string
  up(query: Kysely<Tables>, kind: 'sqlite' | 'postgres'): Promise<void>
}

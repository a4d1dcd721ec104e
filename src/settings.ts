import { join } from 'node:path'
import type { Level } from './chat/limits.ts'

/** Everything that an operator may choose, with every question answered. */
export interface Settings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Absolute. Made, with mode 0700, where it does not exist. */
  readonly dataFolder: string
  /** The URL of a PostgreSQL database, which may hold a password; empty for a SQLite file in the data folder. */
  readonly database: string
  /** Days for which the record of a request is kept, and the most records that are. */
  readonly recordDays: number
  readonly records: number
  /** Days for which bodies of accounts that have them kept are, and the most bytes of each. */
  readonly bodyDays: number
  readonly bodyBytes: number
  readonly models: readonly ModelSource[]
  /** Files with the rows that come with Silica, which rows of `models` may build on or replace. */
  readonly bundledRows: readonly string[]
  /** Whether what changes in the catalogue is recorded and announced; not where a command opens Silica for itself. */
  readonly announces: boolean
  /** The folder of the built console. */
  readonly consoleFolder: string
  /** The folder of the guides that `/docs` shows. */
  readonly guidesFolder: string
  /** Silica's own. */
  readonly version: string
  /** The id of a model that answers for those that nothing runs; empty for none. */
  readonly standIn: string
  /** Gigabytes that all loaded models may take together; `auto`: four fifths of the machine's. */
  readonly memory: 'auto' | number
  /** Minutes after its last answer until a model leaves the memory; 0: only when another one needs it. */
  readonly idleMinutes: number
  /** Choices that may wait for room, for each model. */
  readonly queue: number
  /** Choices generated at the same time, for each model; `auto`: as the model's row says. */
  readonly sequences: 'auto' | number
  /** `auto`: as the model's row says. */
  readonly threads: 'auto' | number
  /** The window of models whose rows name none; `auto`: the file's own, up to a sensible size. */
  readonly contextLength: 'auto' | number
  /** Where the service takes more than it documents: whether that is taken here too. */
  readonly compat: (typeof compats)[number]
  readonly logLevel: LogLevel
  /** Who may read `/metrics`: those with an admin key, or everybody who can reach the server. */
  readonly metrics: (typeof metricsReaders)[number]
  /** Who may read `/v1/announcements`. */
  readonly announcements: (typeof announcementReaders)[number]
  /** Where announcements are sent. */
  readonly webhooks: readonly WebhookSettings[]
  /** Secrets that are valid as long as this process runs, and are stored nowhere. */
  readonly apiKeys: readonly string[]
  /** The same for the admin API. */
  readonly adminKeys: readonly string[]
  /** The address of a Redis, which may hold a password; empty to count limits in this process alone. */
  readonly redis: string
  readonly limits: LimitSettings
  /** Where traces are sent; null for nowhere. */
  readonly traces: TraceSettings | null
  /** The variables of this process, among which rows find the keys of other servers. Never logged. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What seals the keys in the database; empty for one that is kept in the data folder. */
  readonly secret: string
}

export interface TraceSettings {
  /** Where a collector takes OTLP over HTTP: the whole address. It may hold a secret. */
  readonly url: string
  /** Sent along, and may hold a secret. */
  readonly headers: Readonly<Record<string, string>>
  /** What this server is called among other services. */
  readonly service: string
}

export interface LimitSettings {
  readonly levels: ReadonlyMap<string, Level>
  /** The level of accounts that have none of `levels`; empty for no limits. */
  readonly level: string
  /** What is reserved of the tokens when a request is let in: its longest answer too, or its prompt alone. */
  readonly reserve: 'answer' | 'prompt'
  /** While Redis cannot be asked: refuse what has limits, or let every server have its share of them. */
  readonly redisGone: 'refuse' | 'share'
  /** How many servers share the limits then. */
  readonly servers: number
  /** Of a Redis that was started anew: what it had counted is lost, or was kept. */
  readonly redisRestarted: 'lost' | 'kept'
}

/** Where rows of the catalogue come from. Paths are absolute. */
export type ModelSource =
  /** A YAML file that is a list of rows, or has one in the field `field`, if that is not empty. */
  | { readonly kind: 'rows'; readonly file: string; readonly field: string }
  /** A model without a row, to be served as `name`. */
  | { readonly kind: 'gguf'; readonly name: string; readonly file: string }

/** The list of the models that were pulled into the data folder. It need not exist. */
export function pulledList({ dataFolder }: Settings): string {
  return join(dataFolder, 'models/pulled.json')
}

export const compats = ['served', 'documented'] as const

export const metricsReaders = ['admin', 'everybody'] as const

export const announcementReaders = ['keys', 'everybody'] as const

export interface WebhookSettings {
  /** Names it for ever: what was sent is known by it. */
  readonly name: string
  readonly url: string
  /** Where the secret that signs is found; never the secret itself. `env`: in a variable. `file`: in a file, absolute. */
  readonly secret: { readonly env: string } | { readonly file: string }
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Everything that an operator may choose, with every question answered. */
export interface Settings {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Absolute. Made, with mode 0700, where it does not exist. */
  readonly dataFolder: string
  readonly models: readonly ModelSource[]
  /** Choices that may wait for room, for each model. */
  readonly queue: number
  /** Choices generated at the same time, for each model; `auto`: as the model's row says. */
  readonly sequences: 'auto' | number
  /** `auto`: as the model's row says. */
  readonly threads: 'auto' | number
  /** The window of models that come as a bare GGUF; `auto`: the file's own, up to a sensible size. */
  readonly contextLength: 'auto' | number
  /** Where the service takes more than it documents: whether that is taken here too. */
  readonly compat: (typeof compats)[number]
  readonly logLevel: LogLevel
  /** Secrets that are valid as long as this process runs, and are stored nowhere. */
  readonly apiKeys: readonly string[]
}

/** Where rows of the catalogue come from. Paths are absolute. */
export type ModelSource =
  /** A YAML list of rows. */
  | { readonly kind: 'rows'; readonly file: string }
  /** A model without a row, to be served as `name`. */
  | { readonly kind: 'gguf'; readonly name: string; readonly file: string }

export const compats = ['served', 'documented'] as const

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

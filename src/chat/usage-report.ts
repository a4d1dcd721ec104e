/** What was used, for whoever looks at it over time. Times are milliseconds since 1970, steps milliseconds. */
export interface UsageQuestion {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly by: UsageGroup
  /** Null where it is all the same. */
  readonly accountId: string | null
  readonly keyId: string | null
  readonly model: string | null
}

export type UsageGroup = 'model' | 'account' | 'key' | 'none'

export interface UsageReport extends UsageQuestion {
  /** Steps in which something was asked, in order, and within them by group. */
  readonly steps: readonly UsageSum[]
  /** All of the time, by group. */
  readonly totals: readonly UsageSum[]
}

export interface UsageSum {
  /** When the step begins. */
  readonly at: number
  /** The id of the model, account or key; empty where all are one. */
  readonly group: string
  readonly requests: number
  readonly finished: number
  readonly abandoned: number
  /** Failures by their kind. */
  readonly errors: ReadonlyMap<string, number>
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly completionTokens: number
  readonly reasoningTokens: number
  /** From the arrival of a request to the first token of its answer, in milliseconds. */
  readonly firstToken: Percentiles
  /** Between two tokens of an answer, on average over the answer, in milliseconds. */
  readonly token: Percentiles
}

/** Null where nothing was timed. */
export interface Percentiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

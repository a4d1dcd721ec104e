/** What is counted of an account's use of one model: requests or tokens, in any minute, hour or day. */
export const metrics = ['RPM', 'RPH', 'RPD', 'TPM', 'TPD'] as const
export type Metric = (typeof metrics)[number]

/** The most of `metric` that an account may have of a model. */
export interface Limit {
  readonly metric: Metric
  readonly most: number
}

/** What every account of a level may have of each model. A metric stands in a list once at most. */
export interface Level {
  readonly limits: readonly Limit[]
  /** By the model's id: in place of `limits`, not beside them. */
  readonly models: ReadonlyMap<string, readonly Limit[]>
}

/** How one limit stood at the moment when it was looked at. */
export interface Standing extends Limit {
  /** What could be had. */
  readonly remaining: number
  /** Milliseconds until all of it can be had again, if nothing more is taken. */
  readonly resetsIn: number
}

/** What became of a request that has limits. A metric: that one was reached. `unknown`: what was taken could not be told. */
export type LimitDecision = 'admitted' | Metric | 'unknown'

/** Why there was no room for a request. */
export interface Refusal {
  readonly metric: Metric
  /** Milliseconds after which the same request fits, if nothing more is taken; null: it never will. */
  readonly retryIn: number | null
  readonly standings: readonly Standing[]
}

/** Whether limits can be counted where they are shared: `none` where no Redis is named. */
export type RedisState = 'none' | 'up' | 'down'

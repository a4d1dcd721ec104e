import type { Limit, Refusal, Standing } from '../../chat/limits.ts'

/**
 * Keeps count of what is taken. In every window of a metric's length, what it let in and was not given back never exceeds
 * the limit (law L10), whoever asks at the same time.
 */
export interface Limiter {
  /**
   * Takes one request and `tokens` tokens from every limit of `key`, or nothing from any. A key is an account and a
   * model; a metric stands in `limits` at most once. Throws `overloaded` where it cannot count now.
   */
  reserve(key: string, limits: readonly Limit[], tokens: number): Promise<Decision>
  close(): Promise<void>
}

export type Decision =
  | { readonly kind: 'admitted'; readonly standings: readonly Standing[]; readonly reservation: Reservation }
  | ({ readonly kind: 'refused' } & Refusal)

export interface Reservation {
  /**
   * From now on it stands for `tokens`. What it gives back is free again in the windows where it was taken; what it
   * takes beyond that is taken now, whether there is room for it or not. Costs the caller no waiting.
   */
  adjust(tokens: number): void
}

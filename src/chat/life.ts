/** Where a model is in its life. `deprecated`: it answers, and says that it will not for ever. `offline`: it answers nothing. */
export interface Life {
  readonly state: LifeState
  /** When a deprecated model goes offline by itself, in milliseconds since 1970; null for no date, and in other states. */
  readonly sunsetAt: number | null
  /** The id of the model to ask in its place; empty for none, and for one that is online. */
  readonly successor: string
}

/** A life as it is recorded. */
export interface KnownLife extends Life {
  /** When it came to be so, in milliseconds since 1970; null where it was never otherwise. */
  readonly since: number | null
}

export const lifeStates = ['online', 'deprecated', 'offline'] as const
export type LifeState = (typeof lifeStates)[number]

/** What is left out stays as it is, as far as the state allows it. */
export interface LifeChange {
  readonly state?: LifeState | undefined
  readonly sunsetAt?: number | null | undefined
  readonly successor?: string | undefined
}

export const onlineLife: Life = { state: 'online', sunsetAt: null, successor: '' }

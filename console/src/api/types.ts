/** What the admin API says, as docs/accounts.md and docs/models.md describe it. Times are ISO texts. */

export interface List<T> {
  readonly data: readonly T[]
  readonly next: string | null
}

export interface Account {
  readonly id: string
  readonly name: string
  readonly level: string
  readonly created_at: string
  readonly disabled_at: string | null
}

export interface Key {
  readonly id: string
  readonly account_id: string
  readonly name: string
  readonly role: 'caller' | 'admin'
  readonly models: readonly string[] | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly disabled_at: string | null
}

export interface NewKey extends Key {
  readonly secret: string
}

export interface Limit {
  readonly default: number
  readonly max: number
}

export interface Model {
  readonly id: string
  readonly state: 'online' | 'deprecated' | 'offline'
  readonly since: string | null
  readonly sunset_at: string | null
  readonly successor: string | null
  /** Whether it answers now. */
  readonly served: boolean
  readonly stand_in: string | null
  readonly engine: ModelEngine
  readonly abilities: Abilities
}

export type ModelEngine =
  | { readonly kind: 'none' }
  | { readonly kind: 'llama'; readonly file: string }
  | { readonly kind: 'upstream'; readonly server: string; readonly url: string; readonly model: string }
  | { readonly kind: 'pool'; readonly replicas: readonly ModelEngine[] }

export interface Abilities {
  readonly context_length: number
  readonly max_tokens: Limit
  readonly thinking:
    | { readonly mode: 'never' }
    | { readonly mode: 'always'; readonly budget: Limit }
    | { readonly mode: 'switch'; readonly default: boolean; readonly budget: Limit }
  readonly reasoning_effort: { readonly default: string; readonly agents: string } | null
  readonly tools: 'never' | 'always' | 'without-thinking'
  readonly response_format: readonly string[]
  readonly media: readonly string[]
  readonly min_p: boolean
  readonly sampling: {
    readonly temperature: number
    readonly top_p: number
    readonly top_k: number
    readonly min_p: number
    readonly frequency_penalty: number
    readonly presence_penalty: number
  }
}

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

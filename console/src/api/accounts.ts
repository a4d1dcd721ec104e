import { useQuery } from '@tanstack/react-query'
import { call } from './client.ts'
import { type List, useChange } from './query-client.ts'

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

interface NewKey extends Key {
  readonly secret: string
}

export function useAccounts() {
  return useQuery({
    queryKey: ['accounts'],
    queryFn: async () => (await call<List<Account>>('GET', '/admin/v1/accounts')).data,
  })
}

export function useKeys() {
  return useQuery({
    queryKey: ['keys'],
    queryFn: async () => (await call<List<Key>>('GET', '/admin/v1/keys')).data,
  })
}

export function useNewAccount() {
  return useChange(['accounts'], (account: { id: string; name?: string }) =>
    call<Account>('POST', '/admin/v1/accounts', account),
  )
}

export function useAccountChange() {
  return useChange(['accounts'], ({ id, ...change }: { id: string; level?: string; disabled?: boolean }) =>
    call<Account>('PATCH', `/admin/v1/accounts/${encodeURIComponent(id)}`, change),
  )
}

interface WantedKey {
  readonly name?: string
  readonly account_id: string
  readonly role: Key['role']
  readonly models: readonly string[] | null
  readonly expires_at: string | null
}

export function useNewKey() {
  return useChange(['keys'], (key: WantedKey) => call<NewKey>('POST', '/admin/v1/keys', key))
}

export function useKeyChange() {
  return useChange(['keys'], ({ id, ...change }: { id: string; disabled?: boolean }) =>
    call<Key>('PATCH', `/admin/v1/keys/${encodeURIComponent(id)}`, change),
  )
}

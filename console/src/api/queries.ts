import { MutationCache, QueryCache, QueryClient, useMutation, useQuery } from '@tanstack/react-query'
import { ApiError, call, send } from './client.ts'
import type { Account, Key, List, Model, NewKey } from './types.ts'

/** Whatever is refused because the session has ended shows the sign-in page. */
function onError(error: Error): void {
  if (error instanceof ApiError && error.status === 401) queries.setQueryData(['session'], null)
}

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (count, error) => !(error instanceof ApiError) && count < 3,
      staleTime: 5_000,
    },
  },
})

interface Session {
  readonly account_id: string
  readonly key_id: string
}

/** Null where nobody is signed in. */
export function useSession() {
  return useQuery({
    queryKey: ['session'],
    staleTime: Infinity,
    queryFn: async (): Promise<Session | null> => {
      try {
        return await call<Session>('GET', '/admin/v1/session')
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) return null
        throw error
      }
    },
  })
}

/** Takes an admin key, or the text of a one-time link. */
export function useSignIn() {
  return useMutation({
    mutationFn: (secret: string) =>
      send('POST', '/admin/v1/session', { headers: { authorization: `Bearer ${secret}` } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['session'] }),
  })
}

export async function signOut(): Promise<void> {
  await send('DELETE', '/admin/v1/session')
  queries.clear()
  queries.setQueryData(['session'], null)
}

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: async () => (await call<List<Model>>('GET', '/admin/v1/models')).data,
  })
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
  return useChange('accounts', (account: { id: string; name?: string }) =>
    call<Account>('POST', '/admin/v1/accounts', account),
  )
}

export function useAccountChange() {
  return useChange('accounts', ({ id, ...change }: { id: string; level?: string; disabled?: boolean }) =>
    call<Account>('PATCH', `/admin/v1/accounts/${encodeURIComponent(id)}`, change),
  )
}

export interface WantedKey {
  readonly name?: string
  readonly account_id: string
  readonly role: Key['role']
  readonly models: readonly string[] | null
  readonly expires_at: string | null
}

export function useNewKey() {
  return useChange('keys', (key: WantedKey) => call<NewKey>('POST', '/admin/v1/keys', key))
}

export function useKeyChange() {
  return useChange('keys', ({ id, ...change }: { id: string; disabled?: boolean }) =>
    call<Key>('PATCH', `/admin/v1/keys/${encodeURIComponent(id)}`, change),
  )
}

/** A change of what the query `name` lists, which is then asked anew. */
function useChange<In, Out>(name: string, change: (wanted: In) => Promise<Out>) {
  return useMutation({
    mutationFn: change,
    onSuccess: () => queries.invalidateQueries({ queryKey: [name] }),
  })
}

import { useMutation, useQuery } from '@tanstack/react-query'
import { ApiError, call, send } from './client.ts'
import { queries } from './query-client.ts'

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
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return null
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
  queries.setQueryData(['session'], null)
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
}

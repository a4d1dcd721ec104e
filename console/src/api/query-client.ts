import { MutationCache, QueryCache, QueryClient, useMutation } from '@tanstack/react-query'
import { ApiError } from './client.ts'

/** What every list of the admin API looks like. */
export interface List<T> {
  readonly data: readonly T[]
  readonly next: string | null
}

/** Whatever is refused because the session has ended shows the sign-in page. */
export function onError(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) queries.setQueryData(['session'], null)
}

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 3,
      staleTime: 5_000,
    },
  },
})

/** A change of what the queries of these names give, which are then asked anew. */
export function useChange<In, Out>(names: readonly string[], change: (wanted: In) => Promise<Out>) {
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name] }))),
  })
}

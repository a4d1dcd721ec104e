import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { ApiError, call } from './client.ts'
import { type List, queries } from './query-client.ts'

/** What became of a request, as docs/accounts.md has it. Times are ISO texts, or milliseconds where their name says so. */
export interface RequestRecord {
  readonly id: string
  /** The caller's own name for it, empty where they gave none. */
  readonly caller_trace_id: string
  readonly account_id: string
  readonly key_id: string
  readonly model: string
  readonly reply: 'stream' | 'whole'
  readonly choices: number
  readonly received_at: string
  readonly first_token_at: string | null
  readonly done_at: string
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly completion_tokens: number
  readonly reasoning_tokens: number
  readonly outcome: 'finished' | 'failed' | 'abandoned'
  readonly reasons: readonly string[]
  readonly failure: string | null
  readonly cause: string | null
  readonly engine: string
  readonly asked: number
  readonly attempts: readonly Attempt[]
  readonly timings: Timings
  readonly decisions: {
    readonly effort: string
    readonly stand_in: string
    readonly answer_limit: number | null
    readonly asked_max_tokens?: number
    readonly counts?: string
  }
}

export interface Attempt {
  readonly engine: string
  readonly began_at: string
  readonly ms: number
  readonly outcome: string
  readonly cause: string
  readonly answer: string
}

export interface Timings {
  readonly admission_ms: number | null
  readonly queue_ms: number | null
  readonly prefill_ms: number | null
  readonly first_token_ms: number | null
  readonly decode_ms: number | null
  readonly token_ms: number | null
  readonly total_ms: number
}

/** What requests are looked for by, in the API's own fields; what is empty is all the same. */
export type RequestFilter = Readonly<
  Record<'model' | 'account_id' | 'key_id' | 'outcome' | 'failure' | 'trace_id' | 'from', string>
>

/** Rows that are asked for at once. */
const pageSize = 1000
/** How often it is looked for newer ones, in milliseconds. */
const lookEvery = 3000

/** The newest requests first: those that were there when the page opened and before, and what has come since. */
export function useRequests(filter: RequestFilter) {
  const older = useInfiniteQuery({
    queryKey: ['requests', 'older', filter],
    initialPageParam: '',
    queryFn: ({ pageParam }) => list({ ...filter, cursor: pageParam }),
    getNextPageParam: ({ next }) => next,
    staleTime: Infinity,
  })
  const first = older.data?.pages[0]
  const top = first?.data[0]
  const newer = useQuery({
    queryKey: ['requests', 'newer', filter, top?.id],
    enabled: first !== undefined,
    queryFn: () => list({ ...filter, from: top?.received_at ?? filter.from }),
    refetchInterval: lookEvery,
  })
  // More has come than one look sees: the list begins anew.
  const overrun = typeof newer.data?.next === 'string'
  useEffect(() => {
    if (overrun) void queries.resetQueries({ queryKey: ['requests', 'older'] })
  }, [overrun])
  const rows = useMemo(() => {
    const fresh = newer.data?.data.filter(({ id }) => top === undefined || id > top.id) ?? []
    return [...fresh, ...(older.data?.pages.flatMap(({ data }) => data) ?? [])]
  }, [newer.data, older.data, top])
  return {
    rows,
    error: older.error,
    isPending: older.isPending,
    again: () => void older.refetch(),
    /** Asks for what is older than the last row, if there is anything. */
    more: () => {
      const { hasNextPage, isFetchingNextPage, isFetchNextPageError } = older
      if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void older.fetchNextPage()
    },
  }
}

/** One request. Its record is there a moment after its answer has ended. */
export function useRequest(id: string) {
  return useQuery({
    queryKey: ['requests', 'one', id],
    queryFn: () => call<RequestRecord>('GET', `/admin/v1/requests/${encodeURIComponent(id)}`),
    retry: (count, error) => error instanceof ApiError && error.status === 404 && count < 3,
    retryDelay: 300,
  })
}

function list(query: Readonly<Record<string, string>>): Promise<List<RequestRecord>> {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const text = new URLSearchParams([...given, ['limit', String(pageSize)]]).toString()
  return call<List<RequestRecord>>('GET', `/admin/v1/requests?${text}`)
}

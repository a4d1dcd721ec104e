import { useQuery } from '@tanstack/react-query'
import { call } from './client.ts'
import { type List, useChange } from './query-client.ts'

interface Limit {
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

export type Abilities = ChatAbilities | EmbeddingAbilities

export interface EmbeddingAbilities {
  readonly sub_type: 'embedding'
  readonly context_length: number
  readonly dimensions: { readonly default: number; readonly min: number }
}

export interface ChatAbilities {
  readonly sub_type: 'chat'
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

export interface ChatModel extends Model {
  readonly abilities: ChatAbilities
}

export function isChatModel(model: Model): model is ChatModel {
  return model.abilities.sub_type === 'chat'
}

/** How a model's engines stand, as docs/servers.md has it. */
export interface EngineReport {
  readonly model: string
  readonly status: EngineStatus
  readonly reason: string
  readonly running: number
  readonly waiting: number
  readonly replicas: readonly Replica[]
}

export type EngineStatus = 'ready' | 'resting' | 'starting' | 'failed'

export interface Replica {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly status: EngineStatus
  readonly reason: string
  readonly running: number
  readonly waiting: number
  readonly weight: number
  readonly draining: boolean
  readonly memory_bytes: number
  readonly circuit: 'closed' | 'open' | 'half-open'
  readonly health: 'up' | 'down' | 'unknown'
  readonly answers: number
  readonly failures: number
  readonly last_failure: { readonly kind: string; readonly cause: string; readonly at: string } | null
  readonly first_event_ms: number | null
  readonly prompt_tokens: number
  readonly cached_tokens: number
}

export interface Announcement {
  readonly id: string
  /** Seconds since 1970. */
  readonly created: number
  readonly title: string
  /** The id of the key that made the change, or what else did. */
  readonly by: string
}

/** How often what changes by itself is asked for anew, in milliseconds. */
const lookEvery = 5000

export function useModels() {
  return useQuery({
    queryKey: ['models'],
    queryFn: async () => (await call<List<Model>>('GET', '/admin/v1/models')).data,
  })
}

export function useEngines() {
  return useQuery({
    queryKey: ['engines'],
    queryFn: async () => (await call<List<EngineReport>>('GET', '/admin/v1/engines')).data,
    refetchInterval: lookEvery,
  })
}

export function useAnnouncements() {
  return useQuery({
    queryKey: ['announcements'],
    queryFn: async () => (await call<List<Announcement>>('GET', '/admin/v1/announcements?limit=8')).data,
    refetchInterval: lookEvery,
  })
}

export interface LifeChange {
  readonly state: Model['state']
  readonly sunset_at?: string | null
  readonly successor?: string | null
}

export function useLifeChange() {
  return useChange(['models', 'announcements', 'engines'], ({ id, ...change }: LifeChange & { id: string }) =>
    call<Model>('PATCH', `/admin/v1/models/${encodeURIComponent(id)}`, change),
  )
}

export function useDrain() {
  return useChange(['engines'], ({ id, draining }: { id: string; draining: boolean }) =>
    call<Replica>('POST', `/admin/v1/replicas/${id}/${draining ? 'drain' : 'resume'}`),
  )
}

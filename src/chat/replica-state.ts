import type { EngineState } from './engine.ts'
import type { FailureKind } from './failure.ts'

/** How one engine of a model stands, and what became of what it was asked. Holds no key and nothing that was said. */
export interface ReplicaState extends EngineState {
  /** The same as long as its model, its address and its place among those of the same address are. */
  readonly id: string
  /** Its address, or the file that it runs. */
  readonly name: string
  /** `llama` for an embedded engine, else the family of the server. */
  readonly kind: string
  readonly weight: number
  readonly most: number
  readonly rank: number
  /** Bytes that it takes while it is loaded; 0 where it runs elsewhere. */
  readonly memory: number
  /** Whether it is asked for nothing new. */
  readonly draining: boolean
  /** `closed`: it is asked. `open`: it has failed too often and is left alone. `half-open`: the next answer is its trial. */
  readonly circuit: 'closed' | 'open' | 'half-open'
  /** What its last probes said; `unknown` where none was sent yet, or none is. */
  readonly health: 'unknown' | 'up' | 'down'
  /** Milliseconds that its last probe took; null before the first. */
  readonly probeMs: number | null
  /** Answers, or parts of them, that it gave whole, and those that it failed. */
  readonly answers: number
  readonly failures: number
  readonly lastFailure: LastFailure | null
  /** Milliseconds to the first event of an answer, the latest ones weighing most; null before the first. */
  readonly firstEventMs: number | null
  /** Tokens of the prompts that it read, and how many of them its cache gave. */
  readonly promptTokens: number
  readonly cachedTokens: number
}

export interface LastFailure {
  readonly kind: FailureKind
  readonly cause: string
  /** Milliseconds since then. */
  readonly ago: number
}

/** A model, the state of what answers for it, and each engine of that. */
export interface EngineReport {
  readonly model: string
  readonly state: EngineState
  readonly replicas: readonly ReplicaState[]
}

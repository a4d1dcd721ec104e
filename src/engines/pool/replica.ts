import type { Engine } from '../../chat/engine.ts'
import type { Failure } from '../../chat/failure.ts'
import type { LastFailure, ReplicaState } from '../../chat/replica-state.ts'
import type { Usage } from '../../chat/usage.ts'
import type { Time } from './time.ts'

/**
 * `weight`: its share of the work, beside the others'. `most`: choices that it may have at once before those of a higher
 * rank are asked. `rank`: those of the lowest are asked first, those of higher ones when these are full or out of order.
 */
export interface ReplicaOptions extends Pick<
  ReplicaState,
  'id' | 'name' | 'kind' | 'weight' | 'most' | 'rank' | 'memory'
> {
  readonly engine: Engine
  readonly isDraining: () => boolean
  /** Rejects with a `Failure` where it is not alive. */
  readonly probe: (signal: AbortSignal) => Promise<void>
  /** Milliseconds between probes; 0 for one that needs none. */
  readonly probeEvery: number
}

/** What became of some choices; `left`: nobody waited for their end. */
export type TurnEnd = Failure | 'whole' | 'left'

/** Some choices that a replica was given. */
export interface Turn {
  /** The first event is in hand. */
  began(): void
  /** To be called once. */
  end(outcome: TurnEnd, usage: Usage): void
}

/** One engine of a pool: how much it has to do, whether it is in order, and what it has read lately. */
export interface Replica extends ReplicaOptions {
  /** Choices that it has, by its weight. */
  load(): number
  isFull(): boolean
  /** Milliseconds until it may be asked; 0 for now. */
  closedFor(): number
  take(choices: number, prefixes: readonly string[]): Turn
  /** What a probe found: null where it is alive. Tells whether that is news. */
  probed(failure: Failure | null, ms: number): boolean
  /** How many of the prefixes it has read, from the first on. */
  known(prefixes: readonly string[]): number
  report(): ReplicaState
}

/** So many failures in a row close it, and after it was closed so many whole answers make up for that. */
const few = 3
/** So many probes that fail in a row do. */
const fewProbes = 2
/** Milliseconds that it is closed for the first time; twice as long each time that it fails its trial. */
const firstBreak = 1000
const longestBreak = 10_000
/** Milliseconds until somebody looks again how a trial or the next probe went. */
const nextLook = 250
const mostPrefixes = 1000
/** How much of the time to a first event an answer's own counts, beside all before it. */
const shareOfLatest = 0.2

/**
 * After some failures in a row a replica is closed for a while, and then open for one answer, its trial: if that is
 * whole, it is open again. Until some more are, a single failure closes it, for longer than the last time. What it had
 * been given before it was closed fails along with it, and is not held against it twice. One that says when it may be asked again is closed until then. One that its probes find dead is closed until a
 * probe finds it alive, and then on trial.
 */
export function openReplica(options: ReplicaOptions, { now, random }: Time): Replica {
  const { engine, isDraining, weight, most } = options
  const prefixesRead = new Set<string>()
  let choicesNow = 0
  let failures = 0
  let wholes = 0
  /** How often it was closed since it was last in order. */
  let breaks = 0
  /** Counts how often it was closed at all. */
  let era = 0
  let opensAt = 0
  let circuit: 'closed' | 'half-open' = 'closed'
  let onTrial = false
  let deadProbes = 0
  let health: ReplicaState['health'] = 'unknown'
  let probeMs: number | null = null
  const told = { answers: 0, failures: 0, promptTokens: 0, cachedTokens: 0 }
  let firstEventMs: number | null = null
  let last: (Omit<LastFailure, 'ago'> & { readonly at: number }) | null = null

  function fail(): void {
    failures += 1
    if (breaks === 0 && failures < few) return
    const ms = Math.min(longestBreak, firstBreak * 2 ** breaks)
    close()
    // Not all callers of all servers come back at the same time.
    opensAt = now() + ms * (0.75 + random() / 2)
  }

  function close(): void {
    breaks += 1
    era += 1
    failures = wholes = 0
    circuit = 'half-open'
    onTrial = false
  }

  function succeed(): void {
    failures = 0
    wholes += 1
    circuit = 'closed'
    if (wholes >= few) breaks = 0
  }

  function closedFor(): number {
    return onTrial || health === 'down' ? nextLook : Math.max(0, opensAt - now())
  }

  return {
    ...options,
    load: () => choicesNow / weight,
    isFull: () => choicesNow >= most,
    closedFor,
    take(choices, prefixes) {
      const beganAt = now()
      choicesNow += choices
      const own = era
      const isTrial = circuit === 'half-open'
      onTrial ||= isTrial
      for (const prefix of prefixes) {
        prefixesRead.delete(prefix)
        prefixesRead.add(prefix)
      }
      for (const oldest of prefixesRead) {
        if (prefixesRead.size <= mostPrefixes) break
        prefixesRead.delete(oldest)
      }
      return {
        began() {
          const ms = now() - beganAt
          firstEventMs = firstEventMs === null ? ms : firstEventMs + shareOfLatest * (ms - firstEventMs)
        },
        end(outcome, { promptTokens, cachedTokens }) {
          choicesNow -= choices
          told.promptTokens += promptTokens
          told.cachedTokens += cachedTokens
          if (isTrial && own === era) onTrial = false
          if (outcome === 'whole') {
            told.answers += 1
            if (own === era) succeed()
          } else if (outcome !== 'left') {
            told.failures += 1
            last = { kind: outcome.kind, cause: wordsOf(outcome.cause), at: now() }
            if (own === era) fail()
            if (outcome.retryAfter !== null) opensAt = Math.max(opensAt, now() + outcome.retryAfter)
          }
        },
      }
    },
    probed(failure, ms) {
      probeMs = ms
      deadProbes = failure === null ? 0 : deadProbes + 1
      const before = health
      if (failure === null) health = 'up'
      else if (deadProbes >= fewProbes) health = 'down'
      const changed = health !== before && (health === 'down' || before === 'down')
      // What was dead has a trial before it, and has lost what it had read.
      if (changed && health === 'down') {
        close()
        prefixesRead.clear()
      }
      return changed
    },
    known(prefixes) {
      const first = prefixes.findIndex((prefix) => !prefixesRead.has(prefix))
      return first === -1 ? prefixes.length : first
    },
    report() {
      const { id, name, kind, rank, memory } = options
      return {
        id,
        name,
        kind,
        weight,
        most,
        rank,
        memory,
        ...engine.state(),
        ...told,
        draining: isDraining(),
        circuit: closedFor() > 0 && !onTrial ? 'open' : circuit,
        health,
        probeMs,
        lastFailure: last === null ? null : { kind: last.kind, cause: last.cause, ago: now() - last.at },
        firstEventMs,
      }
    },
  }
}

export function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : ''
}

import type { Engine } from '../../chat/engine.ts'
import type { Failure } from '../../chat/failure.ts'
import type { Time } from './time.ts'

export interface ReplicaOptions {
  /** For the log. */
  readonly name: string
  readonly engine: Engine
  /** Its share of the work, beside the others'. */
  readonly weight: number
  /** Choices that it may have at once before those of a lower rank are asked. */
  readonly most: number
  /** Replicas of the lowest rank are asked first, those of higher ones when these are full or out of order. */
  readonly rank: number
}

/** One engine of a pool: how much it has to do, whether it is in order, and what it has read lately. */
export interface Replica extends ReplicaOptions {
  /** Choices that it has, by its weight. */
  load(): number
  isFull(): boolean
  /** Milliseconds until it may be asked; 0 for now. */
  closedFor(): number
  /** Takes some choices. What it is given is called once, with how they ended; `left`: nobody waited for their end. */
  begin(choices: number, prefixes: readonly string[]): (outcome: Failure | 'whole' | 'left') => void
  /** How many of the prefixes it has read, from the first on. */
  known(prefixes: readonly string[]): number
}

/** So many failures in a row close it. */
const fewFailures = 3
/** Milliseconds that it is closed for the first time; twice as long each time that it fails again. */
const firstBreak = 1000
const longestBreak = 60_000
const mostPrefixes = 1000

/**
 * After some failures in a row a replica is closed for a while, and then open for one answer: if that is whole, or at
 * least begins, it is open again. One that says when it may be asked again is closed until then.
 */
export function openReplica(options: ReplicaOptions, { now, random }: Time): Replica {
  const prefixesRead = new Set<string>()
  let choicesNow = 0
  let failures = 0
  let opensAt = 0
  /** Whether the one answer of a replica that was closed is under way. */
  let trying = false

  function fail({ retryAfter }: Failure): void {
    failures += 1
    const ms = firstBreak * 2 ** (failures - fewFailures)
    // Not all callers of all servers come back at the same time.
    if (failures >= fewFailures) opensAt = now() + Math.min(longestBreak, ms) * (0.75 + random() / 2)
    if (retryAfter !== null) opensAt = Math.max(opensAt, now() + retryAfter)
  }

  return {
    ...options,
    load: () => choicesNow / options.weight,
    isFull: () => choicesNow >= options.most,
    closedFor: () => (trying ? firstBreak : Math.max(0, opensAt - now())),
    begin(choices, prefixes) {
      choicesNow += choices
      const tries = failures >= fewFailures
      trying ||= tries
      for (const prefix of prefixes) {
        prefixesRead.delete(prefix)
        prefixesRead.add(prefix)
      }
      for (const oldest of prefixesRead) {
        if (prefixesRead.size <= mostPrefixes) break
        prefixesRead.delete(oldest)
      }
      return (outcome) => {
        choicesNow -= choices
        if (tries) trying = false
        if (outcome === 'whole') failures = 0
        else if (outcome !== 'left') fail(outcome)
      }
    },
    known(prefixes) {
      const first = prefixes.findIndex((prefix) => !prefixesRead.has(prefix))
      return first === -1 ? prefixes.length : first
    },
  }
}

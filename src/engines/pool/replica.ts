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
/** Milliseconds that it is closed for the first time; twice as long each time that it fails its trial. */
const firstBreak = 1000
const longestBreak = 10_000
/** Milliseconds until somebody looks again how a trial went. */
const trialLook = 250
const mostPrefixes = 1000

/**
 * After some failures in a row a replica is closed for a while, and then open for one answer, its trial: if that is
 * whole, it is open again. What it had been given before it was closed fails along with it, and is not held against it
 * twice. One that says when it may be asked again is closed until then.
 */
export function openReplica(options: ReplicaOptions, { now, random }: Time): Replica {
  const prefixesRead = new Set<string>()
  let choicesNow = 0
  let failures = 0
  /** How often in a row it was closed. */
  let breaks = 0
  let opensAt = 0
  let onTrial = false

  function fail({ retryAfter }: Failure, wasTrial: boolean): void {
    failures += 1
    if (wasTrial || (breaks === 0 && failures >= fewFailures)) {
      const ms = Math.min(longestBreak, firstBreak * 2 ** breaks)
      breaks += 1
      // Not all callers of all servers come back at the same time.
      opensAt = now() + ms * (0.75 + random() / 2)
    }
    if (retryAfter !== null) opensAt = Math.max(opensAt, now() + retryAfter)
  }

  return {
    ...options,
    load: () => choicesNow / options.weight,
    isFull: () => choicesNow >= options.most,
    closedFor: () => (onTrial ? trialLook : Math.max(0, opensAt - now())),
    begin(choices, prefixes) {
      choicesNow += choices
      const isTrial = breaks > 0
      onTrial ||= isTrial
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
        if (isTrial) onTrial = false
        if (outcome === 'whole') failures = breaks = 0
        else if (outcome !== 'left') fail(outcome, isTrial)
      }
    },
    known(prefixes) {
      const first = prefixes.findIndex((prefix) => !prefixesRead.has(prefix))
      return first === -1 ? prefixes.length : first
    },
  }
}

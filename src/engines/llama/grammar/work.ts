import { Failure } from '../../../chat/failure.ts'

/** A quarter of a second of compiling; an ordinary schema takes a hundredth of it. */
const mostSteps = 200_000

/** Bounds the time that the compiling of one request's grammar takes, whatever its schemas are. */
export class Work {
  #left = mostSteps

  /** Throws a `Failure` naming `field`, where these steps would be too many. */
  spend(steps: number, field: string): void {
    this.#left -= steps
    if (this.#left >= 0) return
    throw new Failure(
      'invalid-request',
      `${field} is too large to be enforced: with all before it it would take more than ${mostSteps} steps to compile.`,
      { field },
    )
  }
}

/** What is being compiled, for messages, and the work that is left for it. */
export interface Site {
  readonly field: string
  readonly work: Work
}

import type { StepTimes } from './step-times.ts'

/** So many tokens must have been said in this order before for what followed them to be a guess. */
const leastAlike = 8
/** From so many tokens of answers in a step on each more costs as much as it would in a step of its own. */
const widest = 16
const firstPause = 16

/** What may come next: what followed when the last tokens stood here before; empty where they did not. */
export function guessNext(tokens: readonly number[], most: number): readonly number[] {
  for (let at = tokens.length - 2; at >= leastAlike - 1; at--)
    if (endsAlike(tokens, at)) return tokens.slice(at + 1, at + 1 + most)
  return []
}

/** Whether the tokens up to the one at `at` are the last ones. */
function endsAlike(tokens: readonly number[], at: number): boolean {
  for (let back = 0; back < leastAlike; back++)
    if (tokens[at - back] !== tokens[tokens.length - 1 - back]) return false
  return true
}

/** Whether guessing has paid for one sequence: after a guess that cost more than it saved it rests, twice as long each time. */
export interface Luck {
  restsUntil: number
  pause: number
}

export function newLuck(): Luck {
  return { restsUntil: 0, pause: firstPause }
}

/** What a step took in which so many sequences said tokens, and so many were guessed in all. */
export interface GuessedStep {
  readonly sequences: number
  readonly guessed: number
  readonly ms: number
}

/**
 * How many tokens to guess, by what steps took. Several tokens of one sequence in a step take less time than in steps of
 * their own, but on a CPU far more than one alone: guessing pays where a text is being repeated, and loses elsewhere.
 */
export class Guessing {
  readonly #times: StepTimes

  /** `times`: of steps without guesses. */
  constructor(times: StepTimes) {
    this.#times = times
  }

  /** Most tokens to guess for each of so many sequences. None before it is known what a step takes without. */
  most(sequences: number): number {
    return this.#times.of(sequences) !== undefined
      ? Math.max(0, Math.floor((widest - sequences) / sequences))
      : 0
  }

  /** A step is over, and `right` of one sequence's `own` guesses were right; it holds `said` tokens now. */
  judge(
    luck: Luck,
    step: GuessedStep,
    { own, right, said }: { readonly own: number; readonly right: number; readonly said: number },
  ): void {
    const plain = this.#times.of(step.sequences) ?? 0
    const saved = (right * plain) / step.sequences
    const cost = ((step.ms - plain) * own) / step.guessed
    if (saved >= cost) {
      luck.pause = firstPause
      return
    }
    luck.restsUntil = said + luck.pause
    luck.pause *= 2
  }
}

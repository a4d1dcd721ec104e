const remembered = 5

/** Milliseconds that steps took which decoded nothing but a token of each answer, by how many answers. */
export class StepTimes {
  readonly #latest = new Map<number, readonly number[]>()

  /** The median of the latest ones, which says nothing of a step that was held up. Undefined before there was one. */
  of(answers: number): number | undefined {
    const latest = this.#latest.get(answers)
    return latest?.toSorted((a, b) => a - b)[latest.length >> 1]
  }

  note(answers: number, ms: number): void {
    this.#latest.set(answers, [...(this.#latest.get(answers) ?? []), ms].slice(-remembered))
  }
}

/** Beyond so many answers a step for all has always been faster. */
const few = 8
/** After so many steps one is done the other way, whose time may have changed. */
const triesAgain = 64

/**
 * Whether a few answers are decoded faster each in a step of its own than all in one. On a CPU that is so for some kinds of
 * weights: ggml has a way for one column that several of them do not go.
 */
export class Grouping {
  readonly #times: StepTimes
  #steps = 0

  constructor(times: StepTimes) {
    this.#times = times
  }

  /** Whether the next step is to be that of one of so many answers. Tries both ways first. */
  isApart(answers: number): boolean {
    if (answers < 2 || answers > few) return false
    const [one, all] = [this.#times.of(1), this.#times.of(answers)]
    if (all === undefined) return false
    if (one === undefined) return true
    this.#steps += 1
    const isTry = this.#steps % triesAgain === 0
    return one * answers < all !== isTry
  }
}

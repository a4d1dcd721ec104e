import type { ThoughtPlan } from '../messages.ts'

/** Whitespace after a thought that is not counted as answer; a model that goes on with it is counted nevertheless. */
const freeSpaces = 8

/**
 * Where one choice stands between thought and answer, and what it may still say. Counts tokens by the text they show:
 *
 * - thought: every token after the one that completes the open mark and before the one that completes the close mark,
 *   but for one token of nothing but whitespace directly after an open mark that the model wrote;
 * - answer: every token from the first one after the close mark that shows something other than whitespace, or from the
 *   very first token where there is no thought.
 *
 * Keeps thought within `budget` and answer within `answerLimit` as long as its advice is followed.
 */
export class Turn {
  readonly #plan: ThoughtPlan
  readonly #answerLimit: number
  #phase: 'start' | 'opened' | 'thought' | 'closed' | 'answer'
  /** The end of the text so far, as long as it could be the beginning of the mark that is waited for. */
  #tail = ''
  /** Tokens of `start` that would be answer if no open mark comes, or of whitespace in `closed`. */
  #undecided = 0
  #thought = 0
  #answer = 0

  constructor(plan: ThoughtPlan, answerLimit: number) {
    this.#plan = plan
    this.#answerLimit = answerLimit
    this.#phase = plan.from === 'prompt' ? 'thought' : plan.from === 'start' ? 'start' : 'answer'
  }

  /** Whether a token that shows `text` would take the thought over its budget, so that the thought must be closed. */
  overruns(text: string): boolean {
    if (this.#plan.from === 'never' || !this.#isThought()) return false
    if (this.#thought < this.#plan.budget || this.#isFree(text)) return false
    return !(this.#tail + text).includes(this.#plan.close)
  }

  /** Whether a token that shows `text` would belong to the answer, and must obey its grammar. */
  isAnswer(text: string): boolean {
    if (this.#isThought()) return false
    return this.#plan.from === 'never' || this.#phase !== 'start' || !text.includes(this.#plan.open)
  }

  /** Takes note of one token. Says whether the answer has reached its limit. */
  take(text: string): 'open' | 'full' {
    if (this.#phase === 'start') this.#begin(text)
    else if (this.#isThought()) this.#think(text)
    else this.#say(text)
    return this.#answer >= this.#answerLimit ? 'full' : 'open'
  }

  #isThought(): boolean {
    return this.#phase === 'opened' || this.#phase === 'thought'
  }

  #isFree(text: string): boolean {
    return this.#phase === 'opened' && text !== '' && text.trim() === ''
  }

  #begin(text: string): void {
    const open = this.#plan.from === 'never' ? '' : this.#plan.open
    this.#tail += text
    this.#undecided += 1
    if (this.#tail.startsWith(open)) {
      this.#phase = 'opened'
      this.#tail = ''
      this.#undecided = 0
    } else if (!open.startsWith(this.#tail)) {
      this.#phase = 'answer'
      this.#answer = this.#undecided
    }
  }

  #think(text: string): void {
    const close = this.#plan.from === 'never' ? '' : this.#plan.close
    this.#tail += text
    if (this.#tail.includes(close)) {
      this.#phase = 'closed'
      return
    }
    if (!this.#isFree(text)) this.#thought += 1
    this.#phase = 'thought'
    this.#tail = this.#tail.slice(1 - close.length)
  }

  #say(text: string): void {
    if (this.#phase === 'closed' && text.trim() === '' && this.#undecided < freeSpaces) {
      this.#undecided += 1
      return
    }
    this.#phase = 'answer'
    this.#answer += 1
  }
}

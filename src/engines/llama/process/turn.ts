import type { ThoughtPlan } from '../messages.ts'

/** More characters than any mark has. */
const longestMark = 64
/** Line breaks after a thought that are not counted as answer; a model that goes on with them is counted all the same. */
const freeBreaks = 8

/**
 * Where one choice stands between thought and answer, and what it may still say. It reads marks as `src/decode` does, and
 * never counts fewer tokens than that does:
 *
 * - thought: every token after the one that completes the open mark and before the one that completes the close mark,
 *   but for one token of nothing but line breaks directly after an open mark that the model wrote;
 * - answer: every token from the first one after the close mark that shows something other than line breaks, or that
 *   ends the thought without closing it, or from the very first one where there is no thought.
 *
 * Keeps thought within `budget` and answer within `answerLimit` as long as its advice is followed.
 */
export class Turn {
  readonly #plan: ThoughtPlan
  readonly #answerLimit: number
  readonly #isBound: boolean
  #phase: 'start' | 'opened' | 'thought' | 'closed' | 'answer'
  /** The end of the text so far, as long as it could be the beginning of the mark that is waited for. */
  #tail = ''
  /** Tokens in `closed`. */
  #breaks = 0
  #thought = 0
  /** Counts the tokens of `start` too, until they turn out to be an open mark. */
  #answer = 0

  /** `isBound`: whether the answer has a grammar. */
  constructor(plan: ThoughtPlan, answerLimit: number, isBound: boolean) {
    this.#plan = plan
    this.#answerLimit = answerLimit
    this.#isBound = isBound
    this.#phase = plan.from === 'prompt' ? 'thought' : plan.from === 'start' ? 'start' : 'answer'
  }

  /**
   * Whether the thought must be closed before a token that shows `text` or `ends` the model's text: because it would take
   * the thought over its budget, or because it would begin or end, unseen by its grammar, an answer that has one.
   */
  mustClose(text: string, ends: boolean): boolean {
    if (this.#plan.from === 'never' || !this.isThought()) return false
    const next = this.#endOfThought(text)
    if (this.#isBound && (ends || next === 'answer' || this.#runsOn(text))) return true
    return next === null && this.#thought >= this.#plan.budget && !this.#isFree(text)
  }

  /** Whether a token that shows `text` would belong to the answer, and must obey its grammar. */
  isAnswer(text: string): boolean {
    return !this.isThought() && !this.#opens(text)
  }

  /**
   * What must be said before a token that shows `text`: the rest of an open mark of which a part has been said, where that
   * part would be the beginning of an answer of which a grammar knows nothing.
   */
  owed(text: string): string {
    if (this.#plan.from === 'never' || this.#phase !== 'start' || !this.#isBound) return ''
    return this.#tail === '' || this.#opens(text) ? '' : this.#plan.open.slice(this.#tail.length)
  }

  /** Takes note of one token. Says whether the answer has reached its limit. */
  take(text: string): 'open' | 'full' {
    if (this.#phase === 'start') this.#begin(text)
    else if (this.isThought()) this.#think(text)
    else this.#say(text)
    return this.#answer >= this.#answerLimit ? 'full' : 'open'
  }

  /** Whether a token that shows `text` is part of the mark that opens a thought. */
  #opens(text: string): boolean {
    if (this.#plan.from === 'never' || this.#phase !== 'start' || text === '') return false
    const read = (this.#tail + text).trimStart()
    return read.startsWith(this.#plan.open) || (read !== '' && this.#plan.open.startsWith(read))
  }

  /** Whether a token that closes the thought goes on with more than line breaks. */
  #runsOn(text: string): boolean {
    const read = this.#tail + text
    const close = this.#plan.from === 'never' ? '' : this.#plan.close
    const after = read.indexOf(close) + close.length
    return read.includes(close) && after < read.length && !isBreaks(read.slice(after))
  }

  /** Whether the next token is one of the thought, or of the mark that closes it. */
  isThought(): boolean {
    return this.#phase === 'opened' || this.#phase === 'thought'
  }

  #isFree(text: string): boolean {
    return this.#phase === 'opened' && isBreaks(text)
  }

  #begin(text: string): void {
    const open = this.#plan.from === 'never' ? '' : this.#plan.open
    this.#tail = (this.#tail + text).trimStart()
    this.#answer += 1
    if (this.#tail.startsWith(open)) {
      this.#phase = 'opened'
      this.#tail = ''
      this.#answer = 0
    } else if (!open.startsWith(this.#tail)) this.#phase = 'answer'
  }

  #think(text: string): void {
    const end = this.#endOfThought(text)
    if (end !== null) {
      this.#phase = end
      if (end === 'answer') this.#answer += 1
      return
    }
    if (!this.#isFree(text)) this.#thought += 1
    this.#phase = 'thought'
    this.#tail = (this.#tail + text).slice(-longestMark)
  }

  /** What a token that shows `text` turns the thought into, or null if it goes on. */
  #endOfThought(text: string): 'closed' | 'answer' | null {
    if (this.#plan.from === 'never') return null
    const read = this.#tail + text
    if (read.includes(this.#plan.close)) return 'closed'
    return this.#plan.enders.some((ender) => read.includes(ender)) ? 'answer' : null
  }

  #say(text: string): void {
    if (this.#phase === 'closed' && isBreaks(text) && this.#breaks < freeBreaks) {
      this.#breaks += 1
      return
    }
    this.#phase = 'answer'
    this.#answer += 1
  }
}

function isBreaks(text: string): boolean {
  return /^\n+$/.test(text)
}

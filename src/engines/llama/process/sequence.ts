import { type ChatEvent, type ChosenToken, saidPiece } from '../../../chat/event.ts'
import type { Task } from '../messages.ts'
import { newLuck } from './guesses.ts'
import type { LoadedModel } from './loaded-model.ts'
import type { TokenSampler } from './sampler.ts'
import { Turn } from './turn.ts'
import { WholeText } from './whole-text.ts'

/** One request inside the process. */
export interface Answer {
  readonly id: number
  readonly task: Task
  readonly prompt: readonly number[]
  /** The tokens that close a thought by force. */
  readonly closing: readonly number[]
  /** On the loop's clock. */
  readonly arrived: number
  /** Tokens of the prompt that were decoded for this request, by whichever of its choices. The others came of a cache. */
  read: number
}

/** One choice of an answer while it is generated: what it has said, what of it the KV cache holds, what comes next. */
export class Sequence {
  readonly answer: Answer
  readonly choice: number
  readonly caller: string
  /** The place among the running that it takes or waits for. */
  readonly places = 1
  /** Prompt and all that was said: what the KV cache must hold before the next token can be chosen. */
  readonly tokens: number[]
  /** How many of `tokens` the KV cache holds in `slot`; none while it waits, and has no slot. */
  fed = 0
  slot = -1
  /** When its prompt is to be read, on the loop's clock: those that are due sooner are read first. */
  due = 0
  readonly luck = newLuck()
  readonly #model: LoadedModel
  readonly #sampler: TokenSampler
  readonly #contextLength: number
  readonly #turn: Turn
  readonly #text = new WholeText()

  constructor(model: LoadedModel, contextLength: number, answer: Answer, choice: number) {
    const { grammar, thought, answerLimit } = answer.task
    this.answer = answer
    this.choice = choice
    this.caller = answer.task.caller
    this.tokens = [...answer.prompt]
    this.#model = model
    this.#contextLength = contextLength
    this.#sampler = model.sampler(answer.task, choice)
    this.#turn = new Turn(thought, answerLimit, grammar !== null)
  }

  get pending(): number {
    return this.tokens.length - this.fed
  }

  /** Whether it has said nothing yet. */
  get isSilent(): boolean {
    return this.tokens.length === this.answer.prompt.length
  }

  /** So many more of its tokens are in the KV cache now. */
  feed(count: number): void {
    this.fed += count
    if (this.isSilent) this.answer.read += count
  }

  /** Says the next token, chosen from the logits at `index`. The last event is `finish` when it was the last one. */
  advance(index: number): ChatEvent[] {
    const events: ChatEvent[] = []
    if (this.isSilent) this.#begin(events)
    const token = this.#sampler.choose(index, (each) => this.#turn.isAnswer(this.#model.show(each).text))
    // The model has no token for what must come next: what it said is cut, not whole.
    if (token === null) {
      this.#finish(events, 'length')
      return events
    }
    const shown = this.#model.show(token).text
    const ends = this.#model.isEnd(token)
    const owed = this.#turn.owed(shown)
    if (owed !== '') this.#force(events, this.#model.tokenize(owed, false))
    else if (this.#turn.mustClose(shown, ends)) this.#force(events, this.answer.closing)
    else if (ends) this.#finish(events, 'stop')
    else this.#say(events, index, token, shown)
    return events
  }

  free(): void {
    this.#sampler.free()
  }

  #begin(events: ChatEvent[]): void {
    const { prompt, task } = this.answer
    const cached = Math.max(0, prompt.length - this.answer.read)
    events.push({ type: 'prompt', choice: this.choice, tokens: prompt.length, cached })
    // The reader sees a thought that the prompt has opened begin like any other.
    if (task.thought.from !== 'prompt') return
    events.push({ type: 'text', choice: this.choice, text: task.thought.open, tokens: 0 })
  }

  #say(events: ChatEvent[], index: number, token: number, shown: string): void {
    const { grammar, logprobs } = this.answer.task
    const byGrammar = grammar !== null && this.#turn.isAnswer(shown)
    // Nobody hears of those of a thought.
    const isTold = logprobs !== null && shown !== '' && !this.#turn.isThought()
    const state = this.#feed(
      events,
      token,
      byGrammar,
      isTold ? this.#model.logprob(index, token, logprobs) : null,
    )
    if (state === 'full' || this.tokens.length >= this.#contextLength) this.#finish(events, 'length')
  }

  /** Says tokens that the model has not chosen: the rest of a mark, or one that closes a thought. */
  #force(events: ChatEvent[], tokens: readonly number[]): void {
    if (this.tokens.length + tokens.length >= this.#contextLength) return this.#finish(events, 'length')
    this.#flush(events)
    for (const token of tokens) this.#feed(events, token, false, null)
  }

  #feed(
    events: ChatEvent[],
    token: number,
    byGrammar: boolean,
    logprob: ChosenToken | null,
  ): 'open' | 'full' {
    this.#sampler.accept(token, byGrammar)
    this.tokens.push(token)
    const shown = this.#model.show(token)
    const piece = this.#text.take(shown.bytes, logprob)
    if (piece !== null) events.push(saidPiece('text', this.choice, piece))
    return this.#turn.take(shown.text)
  }

  #finish(events: ChatEvent[], reason: 'stop' | 'length'): void {
    this.#flush(events)
    events.push({ type: 'finish', choice: this.choice, reason })
  }

  #flush(events: ChatEvent[]): void {
    const rest = this.#text.rest()
    if (rest !== null) events.push(saidPiece('text', this.choice, rest))
  }
}

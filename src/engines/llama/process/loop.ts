import { Failure } from '../../../chat/failure.ts'
import type { FromProcess, Said, Task } from '../messages.ts'
import { Shares } from '../shares.ts'
import type { GuessedStep } from './guesses.ts'
import { guessNext, Guessing } from './guesses.ts'
import { JointReading } from './joint-reading.ts'
import type { LoadedModel } from './loaded-model.ts'
import { answerTokens, planBatch } from './plan-batch.ts'
import { PrefixCache } from './prefix-cache.ts'
import { ReadingPace } from './reading-pace.ts'
import type { Answer } from './sequence.ts'
import { Sequence } from './sequence.ts'
import { Grouping, StepTimes } from './step-times.ts'

/** What the loop needs besides the model. `turn` runs its argument after what else the process has to do. */
export interface LoopOptions {
  readonly contextLength: number
  readonly sequences: number
  /** Bytes for what sequences have left, outside the KV cache. */
  readonly shelfBytes: number
  /** Milliseconds that answers wait between two of their steps for each prompt that is to be read (`ReadingPace`). */
  readonly patience: number
  /** Whether tokens may be guessed, for the model to check several at once. */
  readonly guesses: boolean
  send(message: FromProcess): void
  now(): number
  turn(next: () => void): void
}

type Guesses = ReadonlyMap<Sequence, readonly number[]>

/** What a step is for: prompts, `first` being the index of the one whose turn it is, or answers. */
interface Step {
  readonly readers: readonly Sequence[]
  /** Most tokens of all of them. */
  readonly room: number
  readonly first: number | null
  readonly answersWait: boolean
}

/** What a step has decoded. */
interface Decoded {
  /** The sequences that may say a token now, and the index of their logits; those after their guesses follow it. */
  readonly outputs: Map<Sequence, number>
  readonly guesses: Guesses
  readonly ms: number
}

/**
 * A prompt is to be read within so many times what reading it alone takes, without what is there of it already: a short one
 * need not wait for a long one.
 */
const patienceOfPrompts = 2
/** Milliseconds between two messages to the parent, where nothing makes one urgent. */
const sendEvery = 3
/** Milliseconds after which the parent hears that the loop still runs, where there is nothing else to say. */
const aliveEvery = 5000

/**
 * Continuous batching: all running answers advance in one decode per step, and others join between steps.
 *
 * One step: waiting sequences take free slots, with what the cache holds of their prompts, their callers in turn; a batch
 * of prompts or of answers is planned and decoded; each sequence whose last waiting token was in it says one more. What
 * several of them begin with alike is read once. Half of what is read is of the prompt whose turn it is (`Shares`), the
 * rest of those that are due soonest: so long after they came as they take to be read, some times over.
 *
 * Where a sequence repeats what it holds, the tokens that followed there are decoded in the same step as guesses. Each token
 * is still chosen from the logits after all those before it, by the same sampler in the same order; as long as it is the
 * one that was guessed, the next one can be chosen too. What was guessed wrong is cut off: only time tells the difference.
 *
 * The cells of the KV cache are shared by all, and may be fewer than all could fill. When they are, what is kept of earlier
 * sequences goes first; then the youngest sequence gives up its cells and starts over later with all that it has said as
 * its prompt: answers wait, none is cut.
 */
export class StepLoop {
  readonly #model: LoadedModel
  readonly #options: LoopOptions
  readonly #prefixes: PrefixCache
  readonly #joint: JointReading
  readonly #pace: ReadingPace
  readonly #shares = new Shares()
  readonly #times = new StepTimes()
  readonly #guessing = new Guessing(this.#times)
  readonly #grouping = new Grouping(this.#times)
  readonly #waiting: Sequence[] = []
  /** In order of arrival. */
  readonly #running: Sequence[] = []
  /** Cells ran out: nobody joins before somebody has left. */
  #crowded = false
  #turning = false
  #turn = 0
  #said: Said[] = []
  #sentAt = 0

  constructor(model: LoadedModel, options: LoopOptions) {
    this.#model = model
    this.#options = options
    this.#prefixes = new PrefixCache(model.cache, options.shelfBytes)
    this.#joint = new JointReading(this.#prefixes)
    this.#pace = new ReadingPace(options.patience)
  }

  start(id: number, task: Task): void {
    const { thought, prompt, choices } = task
    const tokens = this.#tokenize(prompt)
    const limits = [
      { window: task.window, leastRoom: task.leastRoom },
      { window: this.#options.contextLength, leastRoom: 1 },
    ]
    const broken = limits.find(({ window, leastRoom }) => tokens.length + leastRoom > window)
    if (broken !== undefined) {
      this.#options.send({ type: 'too-long', id, tokens: tokens.length, ...broken })
      return
    }
    if (thought.from !== 'never') {
      this.#model.reveal(thought.open)
      this.#model.reveal(thought.close)
    }
    for (const mark of task.marks) this.#model.reveal(mark)
    const closing = thought.from === 'never' ? [] : this.#model.tokenize(`\n${thought.close}\n\n`, false)
    const answer: Answer = { id, task, prompt: tokens, closing, arrived: this.#options.now(), read: 0 }
    const sequences: Sequence[] = []
    try {
      for (let choice = 0; choice < choices; choice++)
        sequences.push(new Sequence(this.#model, this.#options.contextLength, answer, choice))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      for (const sequence of sequences) sequence.free()
      this.#options.send({ type: 'refused', id, reason: error.message })
      return
    }
    this.#shares.arrive(task.caller, [...this.#running, ...this.#waiting])
    this.#waiting.push(...sequences)
    this.#wake()
  }

  count(id: number, prompt: readonly string[]): void {
    this.#options.send({ type: 'counted', id, tokens: this.#tokenize(prompt) })
  }

  #tokenize(prompt: readonly string[]): number[] {
    return prompt.flatMap((text, index) => this.#model.tokenize(text, index === 0))
  }

  abort(id: number): void {
    for (const sequence of this.#running.filter((each) => each.answer.id === id)) this.#leave(sequence)
    for (const sequence of this.#waiting.filter((each) => each.answer.id === id)) {
      this.#waiting.splice(this.#waiting.indexOf(sequence), 1)
      sequence.free()
    }
    this.#said = this.#said.filter((each) => each.id !== id)
  }

  #wake(): void {
    if (this.#turning) return
    this.#turning = true
    this.#options.turn(() => {
      this.#turning = false
      this.#step()
      const isBusy = this.#running.length + this.#waiting.length > 0
      if (isBusy || this.#prefixes.moveOut()) this.#wake()
    })
  }

  #step(): void {
    this.#admit()
    // Whoever asked for this step may have left since.
    if (this.#running.length === 0) return
    const { outputs, guesses, ms } = this.#decode()
    for (const [twin, leader] of this.#joint.catchUp()) {
      const index = outputs.get(leader)
      if (index !== undefined) outputs.set(twin, index)
    }
    const step = { sequences: outputs.size, guessed: lengthOf(guesses), ms }
    for (const [sequence, index] of outputs) this.#advance(sequence, index, guesses.get(sequence) ?? [], step)
    this.#report()
  }

  #report(): void {
    const urgent = this.#said.some(({ event }) => event.type !== 'text') || this.#isReading()
    const silence = this.#options.now() - this.#sentAt
    if (this.#said.length > 0 && (urgent || silence >= sendEvery))
      this.#send({ type: 'said', said: this.#said })
    else if (silence >= aliveEvery) this.#send({ type: 'alive' })
  }

  #send(message: FromProcess): void {
    this.#options.send(message)
    this.#said = []
    this.#sentAt = this.#options.now()
  }

  #admit(): void {
    while (!this.#crowded && this.#running.length < this.#options.sequences) {
      const sequence = this.#shares.next(this.#waiting, this.#running)
      if (sequence === null) return
      this.#waiting.splice(this.#waiting.indexOf(sequence), 1)
      Object.assign(sequence, this.#prefixes.take(sequence.tokens, this.#running))
      this.#joint.join(sequence, this.#running)
      sequence.due = sequence.answer.arrived + patienceOfPrompts * this.#pace.msFor(sequence.pending)
      this.#running.push(sequence)
    }
  }

  /** Runs one batch. */
  #decode(): Decoded {
    for (let isFirstTry = true; ; isFirstTry = false) {
      const { readers, room, first, answersWait } = this.#choose()
      const pending = readers.map((sequence) => sequence.pending)
      const counts = planBatch(pending, room, first)
      const guesses: Guesses = isFirstTry && this.#options.guesses ? this.#guess(readers) : new Map()
      const outputs = this.#fill(readers, counts, guesses)
      const isPadded = isFirstTry && first !== null
      const padding = isPadded ? this.#model.pad(this.#pace.padding(sum(counts))) : 0
      const began = this.#options.now()
      if (this.#model.decode() === 'done') {
        const ms = this.#options.now() - began
        const isReading = first !== null
        const fed = sum(counts)
        this.#pace.note(isReading ? fed + padding : 0, answersWait, ms)
        if (!isReading && guesses.size === 0 && pending.every((count) => count === 1))
          this.#times.note(readers.length, ms)
        const [said, read] = isReading ? [0, fed] : [fed + lengthOf(guesses), 0]
        this.#prefixes.pass(said, read, ms, answersWait)
        for (const [index, sequence] of readers.entries()) {
          const count = counts[index] ?? 0
          sequence.feed(count)
          this.#shares.note(sequence.caller, count)
        }
        return { outputs, guesses, ms }
      }
      if (guesses.size + padding === 0 && !this.#prefixes.makeRoom(this.#model.batchSize))
        this.#giveUpYoungest()
    }
  }

  /** Those that a step is for, and how many tokens they may feed. */
  #choose(): Step {
    const ready = this.#running.filter((sequence) => !this.#joint.waits(sequence))
    const answers = ready.filter((sequence) => !isPrompt(sequence))
    const prompts = ready.filter(isPrompt).toSorted((one, other) => one.due - other.due)
    const answersWait = answers.length > 0
    const { batchSize } = this.#model
    const turn = this.#shares.next(prompts, [])
    const chunk = turn === null ? 0 : this.#pace.chunk(prompts.length + this.#waiting.length, answers.length)
    if (turn !== null && chunk > 0)
      return { readers: prompts, room: Math.min(batchSize, chunk), first: prompts.indexOf(turn), answersWait }
    const readers = turn === null ? this.#apart(answers) : answers
    return { readers, room: batchSize, first: null, answersWait }
  }

  /** All answers, or one after the other where that takes less time. */
  #apart(answers: readonly Sequence[]): readonly Sequence[] {
    if (!areAnswers(answers) || !this.#grouping.isApart(answers.length)) return answers
    this.#turn += 1
    const at = this.#turn % answers.length
    return answers.slice(at, at + 1)
  }

  /** What may follow, where all that is decoded is answers, and nobody is about to share what they hold. */
  #guess(readers: readonly Sequence[]): Guesses {
    const guesses = new Map<Sequence, readonly number[]>()
    const { cache } = this.#model
    // llama.cpp has room for the logits of as many tokens as there are slots.
    const room = Math.floor(cache.slots / readers.length) - 1
    const most = Math.min(room, this.#guessing.most(readers.length))
    if (most < 1 || !areAnswers(readers) || !this.#joint.isIdle) return guesses
    for (const sequence of readers) {
      const { tokens, luck, slot } = sequence
      if (tokens.length < luck.restsUntil || !cache.canCut(slot)) continue
      const guess = guessNext(tokens, Math.min(most, this.#options.contextLength - tokens.length))
      if (guess.length > 0) guesses.set(sequence, guess)
    }
    return guesses
  }

  #fill(readers: readonly Sequence[], counts: readonly number[], guesses: Guesses): Map<Sequence, number> {
    const outputs = new Map<Sequence, number>()
    for (const [place, sequence] of readers.entries()) {
      const { fed, tokens, slot } = sequence
      const end = fed + (counts[place] ?? 0)
      for (const [offset, token] of tokens.slice(fed, end).entries()) {
        const position = fed + offset
        const isLast = position === tokens.length - 1
        const index = this.#model.add(token, position, slot, isLast)
        if (isLast) outputs.set(sequence, index)
      }
      for (const [offset, token] of (guesses.get(sequence) ?? []).entries())
        this.#model.add(token, end + offset, slot, true)
    }
    return outputs
  }

  /** Has a sequence say a token, and one more for each guess that was right. */
  #advance(sequence: Sequence, index: number, guess: readonly number[], step: GuessedStep): void {
    const { answer, tokens, caller, luck } = sequence
    let [right, isOver] = [0, false]
    for (;;) {
      const at = tokens.length
      for (const event of sequence.advance(index + right)) {
        this.#said.push({ id: answer.id, event })
        if (event.type === 'finish') isOver = true
      }
      if (isOver || tokens.length !== at + 1 || tokens[at] !== guess[right]) break
      sequence.feed(1)
      this.#shares.note(caller, 1)
      right += 1
    }
    if (right < guess.length) this.#model.cache.cut(sequence.slot, sequence.fed)
    if (guess.length > 0) this.#guessing.judge(luck, step, { own: guess.length, right, said: tokens.length })
    if (isOver) this.#leave(sequence)
  }

  #isReading(): boolean {
    return this.#waiting.length > 0 || this.#running.some((sequence) => sequence.isSilent)
  }

  #giveUpYoungest(): void {
    const youngest = this.#running.at(-1)
    if (youngest === undefined || this.#running.length === 1)
      throw new Failure('internal', 'The KV cache has no room for a single sequence.')
    this.#release(youngest)
    this.#waiting.unshift(youngest)
    this.#crowded = true
  }

  #leave(sequence: Sequence): void {
    this.#release(sequence)
    sequence.free()
    this.#crowded = false
  }

  #release(sequence: Sequence): void {
    this.#running.splice(this.#running.indexOf(sequence), 1)
    this.#joint.leave(sequence, this.#running)
    this.#prefixes.keep(sequence)
    sequence.fed = 0
  }
}

/** Whether it is to be read before it says anything; what a forced mark leaves to feed is an answer's. */
function isPrompt({ pending, isSilent }: Sequence): boolean {
  return pending > answerTokens || (isSilent && pending > 1)
}

/** Whether each of them has but to say its next token. */
function areAnswers(sequences: readonly Sequence[]): boolean {
  return sequences.every((sequence) => sequence.pending === 1 && !sequence.isSilent)
}

function lengthOf(guesses: Guesses): number {
  return sum(Array.from(guesses.values(), (guess) => guess.length))
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

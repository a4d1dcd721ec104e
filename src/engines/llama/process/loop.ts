import { Failure } from '../../../chat/failure.ts'
import type { FromProcess, Said, Task } from '../messages.ts'
import { Shares } from '../shares.ts'
import { JointReading } from './joint-reading.ts'
import type { LoadedModel } from './loaded-model.ts'
import { answerTokens, planBatch } from './plan-batch.ts'
import { PrefixCache } from './prefix-cache.ts'
import { ReadingPace } from './reading-pace.ts'
import type { Answer } from './sequence.ts'
import { Sequence } from './sequence.ts'

/** What the loop needs besides the model. `turn` runs its argument after what else the process has to do. */
export interface LoopOptions {
  readonly contextLength: number
  readonly sequences: number
  /** Milliseconds that the reading of prompts may add to a step in which answers wait. */
  readonly patience: number
  send(message: FromProcess): void
  now(): number
  turn(next: () => void): void
}

/** Milliseconds between two messages to the parent, where nothing makes one urgent. */
const sendEvery = 5
/** Milliseconds after which the parent hears that the loop still runs, where there is nothing else to say. */
const aliveEvery = 5000

/**
 * Continuous batching: all running sequences advance in one decode per step, and others join between steps.
 *
 * One step: waiting sequences take free slots, with what the cache holds of their prompts, their callers in turn; a batch
 * is planned and decoded; each sequence whose last waiting token was in it says one more. What several of them begin with alike is read once.
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
  readonly #waiting: Sequence[] = []
  /** In order of arrival. */
  readonly #running: Sequence[] = []
  /** Cells ran out: nobody joins before somebody has left. */
  #crowded = false
  #turning = false
  #said: Said[] = []
  #sentAt = 0

  constructor(model: LoadedModel, options: LoopOptions) {
    this.#model = model
    this.#options = options
    this.#prefixes = new PrefixCache(model.cache)
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
    const answer: Answer = { id, task, prompt: tokens, closing, read: 0 }
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
      if (this.#running.length + this.#waiting.length > 0) this.#wake()
    })
  }

  #step(): void {
    this.#admit()
    // Whoever asked for this step may have left since.
    if (this.#running.length === 0) return
    const outputs = this.#decode()
    for (const [twin, leader] of this.#joint.catchUp()) {
      const index = outputs.get(leader)
      if (index !== undefined) outputs.set(twin, index)
    }
    for (const [sequence, index] of outputs) this.#advance(sequence, index)
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
      this.#running.push(sequence)
    }
  }

  /** Runs one batch. Gives the sequences that may say a token now, and the index of their logits. */
  #decode(): Map<Sequence, number> {
    for (;;) {
      const readers = this.#running.filter((sequence) => !this.#joint.waits(sequence))
      const pending = readers.map((sequence) => sequence.pending)
      const answersWait = pending.some((count) => count <= answerTokens)
      const prompts = readers.filter((sequence) => sequence.pending > answerTokens)
      const turn = this.#shares.next(prompts, [])
      const first = turn === null ? -1 : readers.indexOf(turn)
      const counts = planBatch(pending, this.#model.batchSize, this.#pace.chunk(answersWait), first)
      const outputs = this.#fill(readers, counts)
      const began = this.#options.now()
      if (this.#model.decode() === 'done') {
        const read = sum(counts.filter((_, index) => (pending[index] ?? 0) > answerTokens))
        this.#pace.note(read, answersWait, this.#options.now() - began)
        this.#prefixes.pass(sum(counts) - read, read)
        for (const [index, sequence] of readers.entries()) {
          const count = counts[index] ?? 0
          sequence.feed(count)
          this.#shares.note(sequence.caller, count)
        }
        return outputs
      }
      if (!this.#prefixes.makeRoom(this.#model.batchSize)) this.#giveUpYoungest()
    }
  }

  #fill(readers: readonly Sequence[], counts: readonly number[]): Map<Sequence, number> {
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
    }
    return outputs
  }

  #advance(sequence: Sequence, index: number): void {
    const { id } = sequence.answer
    for (const event of sequence.advance(index)) {
      this.#said.push({ id, event })
      if (event.type === 'finish') this.#leave(sequence)
    }
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

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

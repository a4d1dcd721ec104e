import { Failure } from '../../../chat/failure.ts'
import type { FromProcess, Said, Task } from '../messages.ts'
import type { LoadedModel } from './loaded-model.ts'
import { planBatch } from './plan-batch.ts'
import type { Answer } from './sequence.ts'
import { Sequence } from './sequence.ts'

/** What the loop needs besides the model. `turn` runs its argument after what else the process has to do. */
export interface LoopOptions {
  readonly contextLength: number
  readonly sequences: number
  send(message: FromProcess): void
  now(): number
  turn(next: () => void): void
}

/** Milliseconds between two messages to the parent, where nothing makes one urgent. */
const sendEvery = 5

/**
 * Continuous batching: all running sequences advance in one decode per step, and others join between steps.
 *
 * One step: waiting sequences take free slots; a batch is planned and decoded; each sequence whose last waiting token was
 * in it says one more. Choices of one answer that start together read their prompt once: the first one reads it, the
 * others share its cells and choose from the same logits.
 *
 * The cells of the KV cache are shared by all, and may be fewer than all could fill. When they are, the youngest sequence
 * gives up its cells and starts over later with all that it has said as its prompt: answers wait, none is cut.
 */
export class StepLoop {
  readonly #model: LoadedModel
  readonly #options: LoopOptions
  readonly #waiting: Sequence[] = []
  /** In order of arrival. */
  readonly #running: Sequence[] = []
  readonly #freeSlots: number[]
  /** Cells ran out: nobody joins before somebody has left. */
  #crowded = false
  #turning = false
  #msPerPromptToken = 0
  #said: Said[] = []
  #sentAt = 0

  constructor(model: LoadedModel, options: LoopOptions) {
    this.#model = model
    this.#options = options
    this.#freeSlots = Array.from({ length: options.sequences }, (_, slot) => slot)
  }

  start(id: number, task: Task): void {
    const { thought, prompt, choices } = task
    const tokens = prompt.flatMap((text, index) => this.#model.tokenize(text, index === 0))
    if (tokens.length >= this.#options.contextLength) {
      this.#options.send({ type: 'too-long', id, tokens: tokens.length })
      return
    }
    if (thought.from !== 'never') {
      this.#model.reveal(thought.open)
      this.#model.reveal(thought.close)
    }
    const closing = thought.from === 'never' ? [] : this.#model.tokenize(`\n${thought.close}\n\n`, false)
    const answer: Answer = { id, task, prompt: tokens, closing }
    for (let choice = 0; choice < choices; choice++)
      this.#waiting.push(new Sequence(this.#model, this.#options.contextLength, answer, choice))
    this.#wake()
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
    for (const [reader, index] of outputs)
      for (const sequence of this.#sharing(reader)) this.#advance(sequence, index)
    const urgent = this.#said.some(({ event }) => event.type !== 'text')
    const now = this.#options.now()
    if (this.#said.length === 0 || (!urgent && !this.#isReading() && now - this.#sentAt < sendEvery)) return
    this.#options.send({ type: 'said', said: this.#said })
    this.#said = []
    this.#sentAt = now
  }

  #admit(): void {
    while (!this.#crowded && this.#waiting.length > 0 && this.#freeSlots.length > 0) {
      const sequence = this.#waiting.shift()
      const slot = this.#freeSlots.pop()
      if (sequence === undefined || slot === undefined) return
      sequence.slot = slot
      this.#running.push(sequence)
    }
  }

  /** Runs one batch. Gives the sequences that may say a token now, and the index of their logits. */
  #decode(): ReadonlyMap<Sequence, number> {
    for (;;) {
      const readers = this.#readers()
      const pending = readers.map((sequence) => sequence.pending)
      const counts = planBatch(pending, this.#model.batchSize, this.#msPerPromptToken)
      const outputs = this.#fill(readers, counts)
      const began = this.#options.now()
      if (this.#model.decode() === 'done') {
        for (const [index, sequence] of readers.entries()) sequence.fed += counts[index] ?? 0
        this.#measure(pending, counts, this.#options.now() - began)
        return outputs
      }
      this.#giveUpYoungest()
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
        const index = this.#model.add(token, position, slot ?? 0, isLast)
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

  /** Running sequences that read for themselves: all but those whose prompt an earlier choice is reading. */
  #readers(): Sequence[] {
    const leaders = new Set<Answer>()
    return this.#running.filter((sequence) => {
      if (!sequence.isSilent) return true
      if (leaders.has(sequence.answer)) return false
      leaders.add(sequence.answer)
      return true
    })
  }

  /** `reader`, and the choices of its answer that waited for it to read their prompt; they hold its cells now too. */
  #sharing(reader: Sequence): Sequence[] {
    if (!reader.isSilent) return [reader]
    const all = this.#running.filter((each) => each.answer === reader.answer && each.isSilent)
    for (const each of all) {
      if (each === reader) continue
      this.#model.share(reader.slot ?? 0, each.slot ?? 0)
      each.fed = reader.fed
    }
    return all
  }

  #isReading(): boolean {
    return this.#waiting.length > 0 || this.#running.some((sequence) => sequence.isSilent)
  }

  #measure(pending: readonly number[], counts: readonly number[], ms: number): void {
    const tokens = counts.reduce((sum, count) => sum + count, 0)
    const reads = counts.some(
      (count, index) => count > 1 && (pending[index] ?? 0) >= this.#model.batchSize / 2,
    )
    if (reads) this.#msPerPromptToken = ms / tokens
  }

  #giveUpYoungest(): void {
    const youngest = this.#running.pop()
    if (youngest === undefined || this.#running.length === 0)
      throw new Failure('internal', 'The KV cache has no room for a single sequence.')
    this.#empty(youngest)
    this.#waiting.unshift(youngest)
    this.#crowded = true
  }

  #leave(sequence: Sequence): void {
    this.#running.splice(this.#running.indexOf(sequence), 1)
    this.#empty(sequence)
    sequence.free()
    this.#crowded = false
  }

  #empty(sequence: Sequence): void {
    if (sequence.slot === null) return
    this.#model.forget(sequence.slot)
    this.#freeSlots.push(sequence.slot)
    sequence.slot = null
    sequence.fed = 0
  }
}

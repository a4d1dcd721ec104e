import type { Failure } from '../../chat/failure.ts'
import type { FromProcess, Question } from './messages.ts'

interface Pending {
  readonly question: Question
  resolve(answer: FromProcess): void
  reject(reason: unknown): void
}

/** What a model's process is to tell in one message each. Questions wait for it and are sent once; each is answered once. */
export class PendingQuestions {
  readonly #all = new Map<number, Pending>()

  get size(): number {
    return this.#all.size
  }

  /** Rejects with the signal's reason when that aborts, which `left` is told of. */
  add(question: Question, signal: AbortSignal, left: () => void): Promise<FromProcess> {
    const { promise, resolve, reject } = Promise.withResolvers<FromProcess>()
    const leave = (): void => {
      this.#take(question.id)?.reject(signal.reason)
      left()
    }
    this.#all.set(question.id, { question, resolve, reject })
    signal.addEventListener('abort', leave)
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }

  all(): readonly Question[] {
    return [...this.#all.values()].map(({ question }) => question)
  }

  resolve(id: number, answer: FromProcess): void {
    this.#take(id)?.resolve(answer)
  }

  reject(id: number, failure: Failure): void {
    this.#take(id)?.reject(failure)
  }

  rejectAll(failure: Failure): void {
    for (const id of this.#all.keys()) this.reject(id, failure)
  }

  #take(id: number): Pending | undefined {
    const pending = this.#all.get(id)
    this.#all.delete(id)
    return pending
  }
}

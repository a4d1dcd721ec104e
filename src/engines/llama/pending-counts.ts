import type { Failure } from '../../chat/failure.ts'
import type { ToProcess } from './messages.ts'

interface Pending {
  readonly prompt: readonly string[]
  resolve(tokens: readonly number[]): void
  reject(reason: unknown): void
}

/** Prompts whose tokens a model's process is to count. They wait for it and are sent once; each is answered once. */
export class PendingCounts {
  readonly #all = new Map<number, Pending>()

  get size(): number {
    return this.#all.size
  }

  /** Rejects with the signal's reason when that aborts. */
  add(id: number, prompt: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>()
    const leave = (): void => this.#take(id)?.reject(signal.reason)
    this.#all.set(id, { prompt, resolve, reject })
    signal.addEventListener('abort', leave)
    return promise.finally(() => signal.removeEventListener('abort', leave))
  }

  messages(): readonly ToProcess[] {
    return [...this.#all].map(([id, { prompt }]) => ({ type: 'count', id, prompt }))
  }

  resolve(id: number, tokens: readonly number[]): void {
    this.#take(id)?.resolve(tokens)
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

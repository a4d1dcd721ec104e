/** Gives out one more item. A promise where nobody has taken it yet: say nothing more until that resolves. */
export type Say<Item> = (item: Item) => Promise<void> | undefined

/** Made once: a stack costs more than an item. */
const returned = new Error('The reader has left.')

/**
 * What some work says, as an iterator that is read one item at a time. The work begins with the first read. Its signal
 * aborts when `signal` does, and when the reader returns: what has not been read is dropped then, and the iterator is over
 * when the work is. An item costs one promise; each generator that hands it on costs three.
 */
export function pushed<Item extends object>(
  work: (say: Say<Item>, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncIterableIterator<Item, void, void> {
  const leaving = new AbortController()
  let done: Promise<void> | null = null
  let isOver = false
  let failure: { readonly error: unknown } | null = null
  let held: Item[] = []
  let taken: PromiseWithResolvers<void> | null = null
  let reader: PromiseWithResolvers<IteratorResult<Item, void>> | null = null

  function say(item: Item): Promise<void> | undefined {
    if (leaving.signal.aborted) return undefined
    if (reader !== null) {
      reader.resolve({ done: false, value: item })
      reader = null
      return undefined
    }
    held.push(item)
    taken ??= Promise.withResolvers()
    return taken.promise
  }

  async function begin(): Promise<void> {
    try {
      signal.throwIfAborted()
      signal.addEventListener('abort', abort)
      await work(say, leaving.signal)
    } catch (error) {
      failure = { error }
    }
    isOver = true
    // Whoever made it leave knows why.
    if (leaving.signal.aborted) failure = signal.aborted ? { error: signal.reason } : null
    if (held.length === 0) signal.removeEventListener('abort', abort)
    reader?.resolve(next())
    reader = null
  }

  function abort(): void {
    if (isOver) failure = { error: signal.reason }
    leave(signal.reason)
  }

  function leave(reason: unknown): void {
    signal.removeEventListener('abort', abort)
    held = []
    if (!isOver) leaving.abort(reason)
  }

  function next(): Promise<IteratorResult<Item, void>> {
    done ??= begin()
    const value = held.shift()
    if (value !== undefined) {
      if (held.length === 0) emptied()
      return Promise.resolve({ done: false, value })
    }
    if (!isOver) {
      reader = Promise.withResolvers()
      return reader.promise
    }
    const failed = failure
    failure = null
    return failed === null ? Promise.resolve({ done: true, value }) : Promise.reject(failed.error)
  }

  function emptied(): void {
    taken?.resolve()
    taken = null
    if (isOver) signal.removeEventListener('abort', abort)
  }

  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next,
    async return() {
      done ??= Promise.resolve()
      leave(returned)
      await done
      isOver = true
      failure = null
      return { done: true, value: undefined }
    },
  }
}

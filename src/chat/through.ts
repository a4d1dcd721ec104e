/** What is done with the items of a source on their way. */
export interface Passage<From, To> {
  /** What is passed on of an item; null for nothing. What it throws ends the passage. */
  take(item: From): To | null
  /** Whether nothing more is wanted: the source is returned then. */
  isWhole(): boolean
  /** Called once, when nothing more comes. What it throws is what the passage ends with. */
  over(how: PassageEnd): void
}

/** `ended`: the source is over, or no more of it was wanted. `left`: the reader returned. */
export type PassageEnd =
  | { readonly kind: 'ended' }
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** Read by one reader, one item after the other. */
export interface Through<To> extends AsyncIterableIterator<To, void, void> {
  return(): Promise<IteratorResult<To, void>>
}

/** As an async generator around a loop over `source` would give it, at a third of the promises. */
export function through<From, To>(source: AsyncIterable<From>, passage: Passage<From, To>): Through<To> {
  const items = source[Symbol.asyncIterator]()
  let isOver = false

  function end(how: PassageEnd): IteratorResult<To, void> {
    isOver = true
    passage.over(how)
    return { done: true, value: undefined }
  }

  function fail(error: unknown): never {
    end({ kind: 'failed', error })
    throw error
  }

  function take(
    item: IteratorResult<From, unknown>,
  ): IteratorResult<To, void> | Promise<IteratorResult<To, void>> {
    if (item.done === true) return end({ kind: 'ended' })
    try {
      const value = passage.take(item.value)
      return value === null ? next() : { done: false, value }
    } catch (error) {
      return leave()
        .catch(() => {})
        .then(() => fail(error))
    }
  }

  async function leave(): Promise<void> {
    await items.return?.()
  }

  function next(): Promise<IteratorResult<To, void>> {
    if (isOver) return Promise.resolve({ done: true, value: undefined })
    return passage.isWhole()
      ? leave().then(() => end({ kind: 'ended' }), fail)
      : items.next().then(take, fail)
  }

  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next,
    async return() {
      if (isOver) return { done: true, value: undefined }
      isOver = true
      await leave().catch(fail)
      return end({ kind: 'left' })
    },
  }
}

/**
 * Several streams as one, each item as soon as it is there. When one of them throws, or the reader returns before all
 * have ended, `leave` is called, which is to make the others end, and they are returned.
 */
export async function* interleave<Item>(
  streams: readonly AsyncIterator<Item, void>[],
  leave: () => void,
): AsyncGenerator<Item, void> {
  const next = async (stream: AsyncIterator<Item, void>) => ({ stream, result: await stream.next() })
  const pending = new Map(streams.map((stream) => [stream, next(stream)]))
  try {
    while (pending.size > 0) {
      const { stream, result } = await Promise.race(pending.values())
      pending.delete(stream)
      if (result.done === true) continue
      pending.set(stream, next(stream))
      yield result.value
    }
  } finally {
    if (pending.size > 0) leave()
    // What they throw now is of no interest: they were told to leave.
    await Promise.allSettled(pending.values())
    await Promise.allSettled([...pending.keys()].map(async (stream) => stream.return?.()))
  }
}

/** Tokens that an answer may feed at once and still count as an answer: the sampled one, or a forced mark. */
export const answerTokens = 16

/**
 * How many of its waiting tokens each sequence feeds in a step with room for so many, in their order. Half of the room is
 * for the one at `first`, where there is one: the prompt of the caller whose turn it is (`Shares`), so that nobody's waits
 * for ever, whoever else asks.
 */
export function planBatch(pending: readonly number[], room: number, first: number | null): number[] {
  const counts = pending.map(() => 0)
  let left = room
  const give = (index: number, most: number): void => {
    const taken = Math.min((pending[index] ?? 0) - (counts[index] ?? 0), most)
    counts[index] = (counts[index] ?? 0) + taken
    left -= taken
  }
  if (first !== null) give(first, Math.ceil(left / 2))
  for (const index of pending.keys()) give(index, left)
  return counts
}

/** Tokens that an answer may feed at once and still count as an answer: the sampled one, or a forced mark. */
export const answerTokens = 16

/**
 * The policy of a step: how many of its waiting tokens each sequence feeds. `first`: the index of the prompt whose turn
 * it is (`Shares`).
 *
 * Answers come first, so that none waits for a prompt; `chunk` tokens, as far as the batch has room, go to prompts. It is
 * chosen so that no running answer stands still while a long prompt is read (`ReadingPace`). Half of it is for
 * the one whose turn it is, so that none waits for ever, whoever else asks; the rest goes to those that are read soonest,
 * so that a short prompt does not wait for a long one.
 */
export function planBatch(
  pending: readonly number[],
  batchSize: number,
  chunk: number,
  first: number,
): number[] {
  let room = batchSize
  const counts = pending.map((count) => {
    const taken = count <= answerTokens ? Math.min(count, room) : 0
    room -= taken
    return taken
  })
  room = Math.min(room, chunk)
  const give = (index: number, most: number): void => {
    const taken = Math.min((pending[index] ?? 0) - (counts[index] ?? 0), most)
    counts[index] = (counts[index] ?? 0) + taken
    room -= taken
  }
  const prompts = [...pending.keys()].filter((index) => (pending[index] ?? 0) > answerTokens)
  if (prompts.includes(first)) give(first, Math.ceil(room / 2))
  for (const index of prompts.toSorted((a, b) => (pending[a] ?? 0) - (pending[b] ?? 0))) give(index, room)
  return counts
}

/** Tokens that an answer may feed at once and still count as an answer: the sampled one, or a forced mark. */
const answerTokens = 16

/** Milliseconds that the reading of prompts may add to a step in which answers wait for their next token. */
const patience = 50
const smallestChunk = 32

/**
 * How many of its waiting tokens each sequence feeds in the next step. `pending` is in order of arrival. Answers come
 * first, so that none waits for a prompt; what is left of the batch goes to prompts, the oldest first. Where answers are
 * running, prompts get only as many tokens as take about `patience` at the measured speed: they are read more slowly,
 * and no answer stands still.
 */
export function planBatch(pending: readonly number[], batchSize: number, msPerToken: number): number[] {
  let room = batchSize
  const counts = pending.map((count) => {
    const taken = count <= answerTokens ? Math.min(count, room) : 0
    room -= taken
    return taken
  })
  const answering = counts.some((count) => count > 0)
  const affordable = msPerToken > 0 ? Math.floor(patience / msPerToken) : batchSize
  if (answering) room = Math.min(room, Math.max(smallestChunk, affordable))
  for (const [index, count] of pending.entries()) {
    if (count <= answerTokens) continue
    const taken = Math.min(count, room)
    counts[index] = taken
    room -= taken
  }
  return counts
}

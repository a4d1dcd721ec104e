import type { ChunkCounts, ChunkPiece } from './read-chunk.ts'

/** Where the counts of an answer come from, the best first. */
export type CountSource = 'running usage' | 'token ids' | 'tokenizer' | 'one token a piece'

export interface TokenCounter {
  /** How many tokens a piece stands for that no earlier one did, given the counts that came with it. */
  count(piece: ChunkPiece, counts: ChunkCounts | null): number
  /** All of them so far. */
  all(): number
  /** Where the last count came from. */
  source(): CountSource
}

/**
 * Counts tokens by what a server tells beside its pieces. A piece that nothing is told of is taken for one token, which
 * is never too many; what the server counts in the end makes up for the rest.
 */
export function tokenCounter(scope: 'choice' | 'answer'): TokenCounter {
  const ofChoice: number[] = []
  let all = 0
  let source: CountSource = 'one token a piece'

  function told(piece: ChunkPiece, counts: ChunkCounts | null): readonly [CountSource, number] {
    const { choice, reasoning, text, calls, tokens } = piece
    if (counts !== null)
      return ['running usage', counts.completion - (scope === 'choice' ? (ofChoice[choice] ?? 0) : all)]
    if (tokens !== null) return ['token ids', tokens]
    return ['one token a piece', reasoning + text !== '' || calls.length > 0 ? 1 : 0]
  }

  return {
    count(piece, counts) {
      const [from, count] = told(piece, counts)
      const tokens = Math.max(0, count)
      if (tokens > 0) source = from
      ofChoice[piece.choice] = (ofChoice[piece.choice] ?? 0) + tokens
      all += tokens
      return tokens
    },
    all: () => all,
    source: () => source,
  }
}

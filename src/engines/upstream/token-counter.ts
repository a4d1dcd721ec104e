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

  function told({ choice, reasoning, text, calls, tokens }: ChunkPiece, counts: ChunkCounts | null): number {
    if (counts !== null) return counts.completion - (scope === 'choice' ? (ofChoice[choice] ?? 0) : all)
    return tokens ?? (reasoning !== '' || text !== '' || calls.length > 0 ? 1 : 0)
  }

  function sourceOf({ tokens }: ChunkPiece, counts: ChunkCounts | null): CountSource {
    if (counts !== null) return 'running usage'
    return tokens === null ? 'one token a piece' : 'token ids'
  }

  return {
    count(piece, counts) {
      const tokens = Math.max(0, told(piece, counts))
      if (tokens > 0) source = sourceOf(piece, counts)
      ofChoice[piece.choice] = (ofChoice[piece.choice] ?? 0) + tokens
      all += tokens
      return tokens
    },
    all: () => all,
    source: () => source,
  }
}

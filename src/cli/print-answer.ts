import type { Said } from './ask.ts'
import { dim, type Output, printable } from './terminal.ts'

/**
 * Writes an answer as it comes: on a terminal with the thought before it, dim, and without what would steer the
 * terminal; elsewhere the answer alone, as it is. Resolves with why it ended, rejects as `said` does.
 */
export async function printAnswer(said: AsyncIterable<Said>, output: Output): Promise<string> {
  let last: Said['kind'] | null = null
  let reason = ''
  try {
    for await (const piece of said) {
      if (piece.kind === 'end') reason = piece.reason
      else if (output.isTTY) {
        if (last === 'thought' && piece.kind === 'answer') output.write('\n\n')
        output.write(piece.kind === 'thought' ? dim(printable(piece.text), output) : printable(piece.text))
      } else if (piece.kind === 'answer') output.write(piece.text)
      last = piece.kind
    }
    return reason
  } finally {
    if (last !== null) output.write('\n')
  }
}

import type { Said } from './ask.ts'
import { dim, printable } from './terminal.ts'

/**
 * Writes an answer to standard output as it comes: on a terminal with the thought before it, dim, and without what
 * would steer the terminal; elsewhere the answer alone, as it is. Rejects as `said` does.
 */
export async function printAnswer(said: AsyncIterable<Said>): Promise<void> {
  const { stdout, stderr } = process
  let last: Said['kind'] = 'end'
  let cut = false
  try {
    for await (const piece of said) {
      if (piece.kind === 'end') cut = piece.reason === 'length'
      else if (!stdout.isTTY) {
        if (piece.kind === 'answer') stdout.write(piece.text)
      } else {
        if (last === 'thought' && piece.kind === 'answer') stdout.write('\n\n')
        stdout.write(piece.kind === 'thought' ? dim(printable(piece.text)) : printable(piece.text))
      }
      last = piece.kind
    }
  } finally {
    stdout.write('\n')
    if (cut) stderr.write(dim('(The answer was cut short: it reached its limit.)\n'))
  }
}

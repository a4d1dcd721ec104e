import { Lexer, type Token } from 'marked'

/**
 * Splits Markdown that grows at its end into its blocks. What was read before stays the very same objects, and only the
 * last block is read again: the next words may belong to it.
 */
export function blockReader(): (text: string) => readonly Token[] {
  let before = ''
  let blocks: readonly Token[] = []

  return (given) => {
    const text = given.replaceAll('\r', '')
    if (text === before) return blocks
    const kept = text.startsWith(before) ? withoutLast(blocks) : []
    const start = kept.reduce((length, { raw }) => length + raw.length, 0)
    blocks = [...kept, ...new Lexer().lex(text.slice(start))]
    before = text
    return blocks
  }
}

function withoutLast(blocks: readonly Token[]): readonly Token[] {
  return blocks.slice(
    0,
    Math.max(
      0,
      blocks.findLastIndex(({ type }) => type !== 'space'),
    ),
  )
}

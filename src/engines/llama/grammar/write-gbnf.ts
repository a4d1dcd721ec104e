import type { Expression, Ranges } from './expression.ts'
import type { Grammar } from './rules.ts'

/** Writes a grammar as llama.cpp reads it (its grammars/README.md): one rule a line, in ASCII. */
export function writeGbnf(grammar: Grammar): string {
  return [...grammar].map(([name, body]) => `${name} ::= ${write(body)}\n`).join('')
}

function write(expression: Expression): string {
  switch (expression.kind) {
    case 'text':
      return `"${Array.from(expression.text, writeCharacter).join('')}"`
    case 'class':
      return writeClass(expression.ranges)
    case 'rule':
      return expression.name
    case 'sequence':
      return expression.parts.map(writePart).join(' ')
    case 'choice':
      return expression.options.map(write).join(' | ')
    case 'repeat':
      return writeRepeat(expression)
  }
}

function writePart(expression: Expression): string {
  return expression.kind === 'choice' ? `( ${write(expression)} )` : write(expression)
}

function writeRepeat({ part, min, max }: Expression & { readonly kind: 'repeat' }): string {
  if (max === 0) return '""'
  const single = part.kind === 'class' || part.kind === 'rule' || (part.kind === 'text' && part.text !== '')
  const body = single ? write(part) : `( ${write(part)} )`
  if (min === max) return min === 1 ? body : `${body}{${min}}`
  if (max === Infinity) return min === 0 ? `${body}*` : `${body}{${min},}`
  return min === 0 && max === 1 ? `${body}?` : `${body}{${min},${max}}`
}

function writeClass(ranges: Ranges): string {
  const written = ranges.map(([from, to]) =>
    from === to ? writePoint(from) : `${writePoint(from)}-${writePoint(to)}`,
  )
  return `[${written.join('')}]`
}

function writeCharacter(character: string): string {
  return writePoint(character.codePointAt(0) ?? 0)
}

/** Letters, digits and what has no meaning in a grammar as themselves, all else by number. */
function writePoint(point: number): string {
  const character = String.fromCodePoint(point)
  if (/^[\w ,.:;/@#%&=+'`~$*?!<>(){}|]$/.test(character)) return character
  if (point < 0x100) return `\\x${hex(point, 2)}`
  return point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`
}

function hex(point: number, digits: number): string {
  return point.toString(16).padStart(digits, '0')
}

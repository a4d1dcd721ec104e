import type { Json } from '../../../chat/json.ts'
import type { Expression, Ranges } from './expression.ts'
import { choice, oneOf, optional, repeat, rule, sequence, text } from './expression.ts'
import { charactersOf, intersect, invert } from './ranges.ts'

/** What may stand in a JSON string as it is. */
const plain: Ranges = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0xd7ff],
  [0xe000, 0x10ffff],
]
const shortEscapes = new Map([
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x22, '"'],
  [0x5c, '\\'],
])

const digit = oneOf([[0x30, 0x39]])
const hexDigit = oneOf(charactersOf('0123456789abcdefABCDEF'))
const upToD7 = sequence(oneOf(charactersOf('dD')), oneOf([[0x30, 0x37]]), repeat(hexDigit, 2, 2))
const otherThanD = sequence(oneOf(charactersOf('0123456789abcefABCEF')), repeat(hexDigit, 3, 3))
const surrogates = sequence(
  oneOf(charactersOf('dD')),
  oneOf(charactersOf('89abAB')),
  repeat(hexDigit, 2, 2),
  text('\\u'),
  oneOf(charactersOf('dD')),
  oneOf(charactersOf('cdefCDEF')),
  repeat(hexDigit, 2, 2),
)
const escaped = choice([
  oneOf(charactersOf('"\\/bfnrt')),
  sequence(text('u'), choice([otherThanD, upToD7, surrogates])),
])

const fraction = sequence(text('.'), repeat(digit, 1, 20))
/** Never so large that a number reads as infinite. */
const exponent = sequence(
  oneOf(charactersOf('eE')),
  choice([sequence(text('-'), repeat(digit, 1, 3)), sequence(optional(text('+')), repeat(digit, 1, 2))]),
)

/** One character of a JSON string in any of its spellings, never half of a surrogate pair. */
export const anyCharacterInJson = rule('character')
export const anyString = rule('string')
export const anyNumber = rule('number')
export const anyInteger = rule('integer')
/** Between the parts of a list or an object. */
export const gap = rule('gap')
/** At most one blank, as after a colon. */
export const blank = optional(text(' '))

/** How a grammar spells JSON. */
export interface JsonText {
  /** What the rules above stand for; they are part of every grammar that uses them. */
  readonly rules: ReadonlyMap<string, Expression>
  /** One character of some ranges within a string, in the spelling that `JSON.stringify` gives it. */
  readonly spell: (ranges: Ranges) => Expression
  /** A value as `JSON.stringify` writes it. */
  readonly write: (value: Json) => string
}

/** JSON that holds no `<` but by its number where `angles` are `escaped`, so that no mark can stand in it. */
export function jsonText(angles: 'plain' | 'escaped'): JsonText {
  const bare = angles === 'plain' ? plain : intersect(plain, invert(angle))
  return {
    rules: new Map([
      ['character', choice([oneOf(bare), sequence(text('\\'), escaped)])],
      ['string', sequence(text('"'), repeat(anyCharacterInJson, 0, Infinity), text('"'))],
      ['number', sequence(anyInteger, optional(fraction), optional(exponent))],
      // As many digits as fit into 64 bits whatever they are.
      [
        'integer',
        sequence(
          optional(text('-')),
          choice([text('0'), sequence(oneOf([[0x31, 0x39]]), repeat(digit, 0, 17))]),
        ),
      ],
      // Bounded, so that an answer cannot go on with nothing else.
      ['gap', choice([blank, sequence(text('\n'), repeat(oneOf(charactersOf(' \t')), 0, 20))])],
    ]),
    spell(ranges) {
      const options = spellEscapes(ranges)
      const here = intersect(ranges, bare)
      if (angles === 'escaped' && intersect(ranges, angle).length > 0) options.push(text(escapedAngle))
      return choice(here.length > 0 ? [oneOf(here), ...options] : options)
    },
    write: (value) =>
      angles === 'plain' ? JSON.stringify(value) : JSON.stringify(value).replaceAll('<', escapedAngle),
  }
}

const angle = charactersOf('<')
const escapedAngle = '\\u003c'

/** Quotes, backslashes and control characters. */
function spellEscapes(ranges: Ranges): Expression[] {
  const options: Expression[] = []
  const specials = [0x22, 0x5c, ...Array.from({ length: 0x20 }, (_, point) => point)]
  const held = specials.filter((point) => ranges.some(([from, to]) => from <= point && point <= to))
  const letters = held.map((point) => shortEscapes.get(point) ?? '').join('')
  if (letters !== '') options.push(sequence(text('\\'), oneOf(charactersOf(letters))))
  for (const high of [0, 1]) {
    const low = held.filter((point) => point >> 4 === high && !shortEscapes.has(point))
    const digits = low.map((point) => (point & 15).toString(16)).join('')
    if (digits !== '') options.push(sequence(text(`\\u00${high}`), oneOf(charactersOf(digits))))
  }
  return options
}

import { Failure } from '../../../chat/failure.ts'
import type { Automaton } from './automaton.ts'
import { automatonOf, follow, trim } from './automaton.ts'
import type { Expression, Ranges } from './expression.ts'
import { choice, empty, oneOf, repeat, sequence } from './expression.ts'
import { anyCharacter, charactersOf, intersect, invert, unite } from './ranges.ts'
import type { Site } from './work.ts'

/** Stand for the two ends of a text, which no character can be mistaken for. */
const start: Ranges = [[0x110000, 0x110000]]
const end: Ranges = [[0x110001, 0x110001]]
const anything = repeat(oneOf(anyCharacter), 0, Infinity)

/**
 * The texts in which a pattern of JSON Schema is found, anywhere where it has no anchors. The pattern is an ECMAScript
 * regular expression with the flag `u`. Throws a `Failure` naming the site for what an automaton cannot say (looking
 * around, references to groups, word boundaries) and for what cannot be read.
 */
export function automatonOfPattern(pattern: string, site: Site): Automaton {
  const marked = automatonOf(
    sequence(
      choice([sequence(oneOf(start), anything), empty]),
      new PatternReader(pattern, site.field).read(),
      choice([sequence(anything, oneOf(end)), empty]),
    ),
    site,
  )
  return withoutMarks(marked)
}

/** What stands between the two marks. */
function withoutMarks(marked: Automaton): Automaton {
  const first = marked[0] === undefined ? undefined : follow(marked[0], 0x110000)
  if (first === undefined) return []
  // Nothing leads back to the first state, so its place is free for the one after the mark.
  const states = marked.map((state) => {
    const last = follow(state, 0x110001)
    return {
      ends: last !== undefined && marked[last]?.ends === true,
      edges: state.edges
        .map(({ ranges, to }) => ({ ranges: intersect(ranges, anyCharacter), to }))
        .filter(({ ranges }) => ranges.length > 0),
    }
  })
  return trim([states[first] ?? { ends: false, edges: [] }, ...states.slice(1)])
}

const digits: Ranges = [[0x30, 0x39]]
const letters = charactersOf('_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
const spaces = unite([
  ...charactersOf(' \t\n\r\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff'),
  [0x2000, 0x200a],
])
const lineEnds = charactersOf('\n\r\u2028\u2029')
const classes: Readonly<Record<string, Ranges>> = {
  d: digits,
  D: invert(digits),
  w: letters,
  W: invert(letters),
  s: spaces,
  S: invert(spaces),
}
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 }

/** Most levels of groups within groups. */
const deepest = 50

class PatternReader {
  readonly #characters: readonly string[]
  readonly #pattern: string
  readonly #field: string
  #at = 0
  #depth = 0

  constructor(pattern: string, field: string) {
    this.#characters = Array.from(pattern)
    this.#pattern = pattern
    this.#field = field
  }

  read(): Expression {
    const whole = this.#alternatives()
    if (this.#at < this.#characters.length) throw this.#refuse('a ")" that closes nothing')
    return whole
  }

  get #next(): string {
    return this.#characters[this.#at] ?? ''
  }

  #take(wanted: string): boolean {
    if (this.#characters.slice(this.#at, this.#at + wanted.length).join('') !== wanted) return false
    this.#at += wanted.length
    return true
  }

  #alternatives(): Expression {
    if (++this.#depth > deepest) throw this.#refuse(`groups nested more than ${deepest} deep`)
    const options = [this.#sequence()]
    while (this.#take('|')) options.push(this.#sequence())
    this.#depth--
    return choice(options)
  }

  #sequence(): Expression {
    const parts: Expression[] = []
    while (this.#next !== '' && this.#next !== '|' && this.#next !== ')') {
      const anchor = this.#next === '^' ? start : this.#next === '$' ? end : null
      if (anchor === null) parts.push(this.#repeated(this.#atom()))
      else {
        this.#at++
        parts.push(oneOf(anchor))
      }
    }
    return sequence(...parts)
  }

  #repeated(part: Expression): Expression {
    const times = this.#times()
    if (times === null) return part
    // A lazy quantifier matches the same texts.
    this.#take('?')
    if ('*+?{'.includes(this.#next) && this.#next !== '') throw this.#refuse('two quantifiers in a row')
    return repeat(part, ...times)
  }

  #times(): [number, number] | null {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    if (this.#next !== '{') return null
    const counts = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(
      this.#characters.slice(this.#at, this.#at + 11).join(''),
    )
    if (counts === null) throw this.#refuse('a "{" that begins no count of at most four digits')
    const [whole, min = '', comma = '', max = ''] = counts
    const most = comma === '' ? Number(min) : max === '' ? Infinity : Number(max)
    if (Number(min) > most) throw this.#refuse('a count whose ends are in the wrong order')
    this.#at += whole.length
    return [Number(min), most]
  }

  #atom(): Expression {
    if (this.#take('(')) return this.#group()
    if (this.#take('[')) return oneOf(this.#class())
    if (this.#take('.')) return oneOf(invert(lineEnds))
    if (this.#take('\\')) return oneOf(this.#escape())
    if ('*+?{'.includes(this.#next)) throw this.#refuse(`a "${this.#next}" with nothing before it`)
    return oneOf(charactersOf(this.#character()))
  }

  #group(): Expression {
    if (this.#take('?')) {
      if (this.#take('<') && !'=!'.includes(this.#next)) {
        while (this.#next !== '' && !this.#take('>')) this.#at++
      } else if (!this.#take(':')) throw this.#refuse('looking around, or a group with flags')
    }
    const inside = this.#alternatives()
    if (!this.#take(')')) throw this.#refuse('a "(" that nothing closes')
    return inside
  }

  #class(): Ranges {
    const inverted = this.#take('^')
    const ranges: [number, number][] = []
    while (!this.#take(']')) {
      if (this.#next === '') throw this.#refuse('a "[" that nothing closes')
      const from = this.#member()
      const isRange = this.#next === '-' && (this.#characters[this.#at + 1] ?? ']') !== ']'
      if (!isRange) {
        ranges.push(...from.map(([a, b]): [number, number] => [a, b]))
        continue
      }
      this.#at++
      const [first, last] = [pointOf(from), pointOf(this.#member())]
      if (first === null || last === null || first > last) throw this.#refuse('a range that is none')
      ranges.push([first, last])
    }
    const united = unite(ranges)
    return inverted ? invert(united) : invert(invert(united))
  }

  #member(): Ranges {
    if (!this.#take('\\')) return charactersOf(this.#character())
    return this.#take('b') ? charactersOf('\b') : this.#escape()
  }

  #escape(): Ranges {
    const letter = this.#character()
    const known = classes[letter]
    if (known !== undefined) return known
    if (letter === '0' && /\d/.test(this.#next)) throw this.#refuse('an octal number')
    const control = controls[letter]
    if (control !== undefined) return [[control, control]]
    if (letter === 'x') return this.#number(/^[0-9a-fA-F]{2}/)
    if (letter === 'u') return this.#number(/^[0-9a-fA-F]{4}|^\{[0-9a-fA-F]{1,6}\}/)
    if (/[a-zA-Z0-9]/.test(letter)) throw this.#refuse(`"\\${letter}"`)
    return charactersOf(letter)
  }

  #number(shape: RegExp): Ranges {
    const found = shape.exec(this.#characters.slice(this.#at, this.#at + 8).join(''))?.[0]
    if (found === undefined) throw this.#refuse('a character number that is none')
    this.#at += found.length
    const point = Number.parseInt(found.replace('{', ''), 16)
    const ranges = intersect([[point, point]], anyCharacter)
    if (ranges.length === 0) throw this.#refuse('a number that is no character')
    return ranges
  }

  #character(): string {
    const character = this.#next
    if (character === '') throw this.#refuse('an end where there should be a character')
    this.#at++
    return character
  }

  #refuse(what: string): Failure {
    const shown = this.#pattern.length > 100 ? `${this.#pattern.slice(0, 100)}...` : this.#pattern
    return new Failure(
      'invalid-request',
      `${this.#field} is not supported: ${JSON.stringify(shown)} has ${what}, which cannot be enforced.`,
      { field: this.#field },
    )
  }
}

function pointOf(ranges: Ranges): number | null {
  const [range] = ranges
  return ranges.length === 1 && range && range[0] === range[1] ? range[0] : null
}

/**
 * Keeps texts of a request from becoming special tokens of its prompt. A character that occurs nowhere in the request is
 * put inside every special token's text that a string holds, and where a string could be one end or the middle of one;
 * the rendered prompt is then cut at that character wherever a special token would stand across it, and the pieces are
 * tokenised apart. No token spans two pieces, so none is made of what a caller wrote, alone or together with the template's
 * own text. Templates that trim strings do no harm: the character stands next to what is not whitespace. Ordinary requests
 * come out in one piece.
 */
export interface Guard {
  /** The string made harmless. */
  (text: string): string
  /** The character itself. It may stand for a text that is put into the rendered prompt later. */
  readonly separator: string
  /** The rendered prompt, cut where it must not be read across. */
  readonly cut: (rendered: string) => string[]
}

/**
 * Makes guards against `specials`, one for each request. `everything` holds all its texts, and the template's, as they
 * stand or as JSON. Throws a `RangeError` where that uses every character that could be the separator.
 */
export function createGuards(specials: readonly string[]): (everything: string) => Guard {
  const forms = formsOf(specials)
  return (everything) => {
    const separator = unusedCharacter(everything)
    return Object.assign(
      (text: string) => guardEnds(guardInside(text, forms, separator), text, forms, separator),
      {
        separator,
        cut: (rendered: string) => joinHarmless(rendered.split(separator), forms),
      },
    )
  }
}

/** What a text must be searched for. Some vocabularies have thousands of special tokens. */
interface Forms {
  readonly all: ReadonlySet<string>
  /** Matches, without taking it, each place where a special token stands. */
  readonly whole: RegExp
  /** Proper beginnings and ends of special tokens, by their length. */
  readonly beginnings: ReadonlySet<string>
  readonly ends: ReadonlySet<string>
  /** What stands between signs in a special token, which a template may write: `think` and `/think` in `</think>`. */
  readonly names: ReadonlySet<string>
  readonly longest: number
}

function formsOf(specials: readonly string[]): Forms {
  const [beginnings, ends, names] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const special of specials) {
    for (let at = 1; at < special.length; at++) {
      beginnings.add(special.slice(0, at))
      ends.add(special.slice(at))
    }
    for (const name of namesIn(special)) names.add(name)
  }
  const patterns = specials.map((special) => special.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`))
  const whole = new RegExp(patterns.length === 0 ? '(?!)' : `(?=${patterns.join('|')})`, 'g')
  return {
    all: new Set(specials),
    whole,
    beginnings,
    ends,
    names,
    longest: Math.max(0, ...specials.map((special) => special.length)),
  }
}

function* namesIn(special: string): Iterable<string> {
  const before = /^[^\p{L}\p{N}]*/u.exec(special)?.[0].length ?? 0
  const after = special.length - (/[^\p{L}\p{N}]*$/u.exec(special)?.[0].length ?? 0)
  for (let start = 0; start <= before; start++)
    for (let end = special.length; end >= after; end--)
      if (start < end && end - start < special.length) yield special.slice(start, end)
}

/** A private-use character that is neither in the text nor written in it as an escape of JSON. */
function unusedCharacter(text: string): string {
  const used = new Set<number>()
  for (const [found, escaped] of text.matchAll(/[\ue000-\uf8ff]|\\u([ef][0-9a-f]{3})/gi))
    used.add(escaped === undefined ? found.charCodeAt(0) : Number.parseInt(escaped, 16))
  for (let code = 0xe000; code <= 0xf8ff; code++) if (!used.has(code)) return String.fromCharCode(code)
  throw new RangeError('The request uses every private-use character.')
}

function guardInside(text: string, { whole }: Forms, separator: string): string {
  const places = Array.from(text.matchAll(whole), (match) => match.index + 1)
  return [0, ...places].map((start, index) => text.slice(start, places[index])).join(separator)
}

function guardEnds(guarded: string, text: string, forms: Forms, separator: string): string {
  const core = text.trim()
  if (core === '') return guarded
  const lengths = Array.from({ length: Math.min(core.length, forms.longest) }, (_, index) => index + 1)
  const begins = lengths.some((length) => forms.ends.has(core.slice(0, length)))
  const ends = lengths.some((length) => forms.beginnings.has(core.slice(-length))) || forms.names.has(core)
  const from = guarded.length - guarded.trimStart().length
  const to = guarded.trimEnd().length
  const lead = guarded.slice(0, from) + (begins ? separator : '')
  return lead + guarded.slice(from, to) + (ends ? separator : '') + guarded.slice(to)
}

/** Puts pieces together again that make no special token across the place where they were cut. */
function joinHarmless(pieces: readonly string[], forms: Forms): string[] {
  const joined: string[][] = [[]]
  let end = ''
  for (const piece of pieces) {
    if (makeSpecial(end, piece, forms)) {
      joined.push([])
      end = ''
    }
    joined.at(-1)?.push(piece)
    end = (end + piece).slice(-forms.longest)
  }
  return joined.map((parts) => parts.join('')).filter((piece) => piece !== '')
}

function makeSpecial(left: string, right: string, { all, beginnings, longest }: Forms): boolean {
  for (let length = 1; length <= Math.min(left.length, longest); length++) {
    const beginning = left.slice(-length)
    if (!beginnings.has(beginning)) continue
    for (let rest = 1; rest <= longest - length; rest++)
      if (all.has(beginning + right.slice(0, rest))) return true
  }
  return false
}

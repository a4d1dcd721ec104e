/**
 * Keeps texts of a request from becoming special tokens of its prompt. A character that occurs nowhere in the request is
 * put inside every special token's text that a string holds, and where a string could be one end or the middle of one;
 * the rendered prompt is then cut at that character, and the pieces are tokenised apart. No token spans two pieces, so
 * none is made of what a caller wrote, alone or together with the template's own text. Templates that trim strings do no
 * harm: the character stands next to what is not whitespace. Ordinary requests come out in one piece.
 */
export interface Guard {
  /** The string made harmless. */
  (text: string): string
  /** The rendered prompt, cut where it must not be read across. */
  readonly cut: (rendered: string) => string[]
}

const privateUse = { first: 0xe000, last: 0xf8ff } as const

/**
 * A guard against `specials` for a request whose every text, and the template's, is part of `everything`. Throws a
 * `RangeError` where that uses every character that could be the separator.
 */
export function createGuard(specials: readonly string[], everything: string): Guard {
  const separator = unusedCharacter(everything)
  const guard = (text: string): string =>
    guardEnds(guardInside(text, specials, separator), text, specials, separator)
  return Object.assign(guard, {
    cut: (rendered: string) => rendered.split(separator).filter((piece) => piece !== ''),
  })
}

function unusedCharacter(text: string): string {
  const used = new Set<string>()
  for (const [character] of text.matchAll(/[\ue000-\uf8ff]/g)) used.add(character)
  for (let code: number = privateUse.first; code <= privateUse.last; code++) {
    const character = String.fromCharCode(code)
    if (!used.has(character)) return character
  }
  throw new RangeError('The request uses every private-use character.')
}

function guardInside(text: string, specials: readonly string[], separator: string): string {
  const cuts = new Set<number>()
  for (const special of specials)
    for (let at = text.indexOf(special); at !== -1; at = text.indexOf(special, at + 1)) cuts.add(at + 1)
  if (cuts.size === 0) return text
  const places = [...cuts].toSorted((a, b) => a - b)
  return [0, ...places].map((start, index) => text.slice(start, places[index])).join(separator)
}

function guardEnds(guarded: string, text: string, specials: readonly string[], separator: string): string {
  const core = text.trim()
  if (core === '') return guarded
  const begins = specials.some((special) => isEndOf(special, core))
  const ends = specials.some((special) => isBeginningOf(special, core) || isNameOf(special, core))
  const from = guarded.length - guarded.trimStart().length
  const to = guarded.trimEnd().length
  const lead = guarded.slice(0, from) + (begins ? separator : '')
  return lead + guarded.slice(from, to) + (ends ? separator : '') + guarded.slice(to)
}

/** Whether `text` begins with a proper end of `special`. */
function isEndOf(special: string, text: string): boolean {
  for (let start = 1; start < special.length; start++) if (text.startsWith(special.slice(start))) return true
  return false
}

/** Whether `text` ends with a proper beginning of `special`. */
function isBeginningOf(special: string, text: string): boolean {
  for (let end = 1; end < special.length; end++) if (text.endsWith(special.slice(0, end))) return true
  return false
}

/** Whether `special` is `text` between signs, which a template may write around it: `think` and `/think` for `</think>`. */
function isNameOf(special: string, text: string): boolean {
  const at = special.indexOf(text)
  if (at === -1 || special === text) return false
  return !/[\p{L}\p{N}]/u.test(special.slice(0, at) + special.slice(at + text.length))
}

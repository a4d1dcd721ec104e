/**
 * Finds the first of some marks in a text that comes in pieces, and holds back no more of it than could still belong to
 * one. Looks at each character once, however the text is cut.
 */
export interface Splitter {
  feed(piece: string): Split
  /** What is held back, which is then forgotten. */
  flush(): string
}

export interface Split {
  /** What stands before the mark, or before what is held back. */
  readonly text: string
  /** Whether all of `text` had been held back: none of it is of this piece. */
  readonly old: boolean
  readonly found: Found | null
}

/** `blank` is what was held back from before the mark, `rest` what follows it in the piece. */
export interface Found {
  readonly mark: string
  readonly blank: string
  readonly rest: string
}

/**
 * Of several marks the one that is whole first is found; of those that become whole together, the longest. A run of
 * `blanks` is held back as well, because a mark may follow it.
 */
export function splitter(marks: readonly string[], blanks: string): Splitter {
  const matchers = marks.map(matcher)
  let blank = ''
  let partial = ''

  /** Gives out `text` but for the blank at its end, which is held back with what was held before it. */
  function release(text: string): string {
    const end = blankStart(text, blanks)
    if (end === 0) {
      blank += text
      return ''
    }
    const released = blank + text.slice(0, end)
    blank = text.slice(end)
    return released
  }

  function flush(): string {
    const held = blank + partial
    for (const matcher of matchers) matcher.matched = 0
    blank = ''
    partial = ''
    return held
  }

  return {
    feed(piece) {
      const held = blank.length + partial.length
      for (let at = 0; at < piece.length; at++) {
        const mark = step(matchers, piece.charCodeAt(at))
        if (mark === '') continue
        // Not of the whole piece: copying that at each of many marks would take time that grows with its square.
        const read = partial + piece.slice(0, at + 1)
        const before = release(read.slice(0, read.length - mark.length))
        partial = ''
        const found = { mark, blank: flush(), rest: piece.slice(at + 1) }
        return { text: before, old: before.length <= held, found }
      }
      const text = partial + piece
      const end = text.length - matchers.reduce((most, { matched }) => Math.max(most, matched), 0)
      partial = text.slice(end)
      const released = release(text.slice(0, end))
      return { text: released, old: released.length <= held, found: null }
    },
    flush,
  }
}

/** Where the blank at the end of `text` begins. */
function blankStart(text: string, blanks: string): number {
  let start = text.length
  while (start > 0 && blanks.includes(text.charAt(start - 1))) start--
  return start
}

/** Where the blank at the beginning of `text` ends. */
export function blankEnd(text: string, blanks: string): number {
  let end = 0
  while (end < text.length && blanks.includes(text.charAt(end))) end++
  return end
}

/** Knuth, Morris and Pratt's: `matched` characters of the mark are the end of the text so far. */
interface Matcher {
  readonly mark: string
  /** For each length of a beginning of the mark, how much of the mark that beginning also ends with. */
  readonly borders: readonly number[]
  matched: number
}

function matcher(mark: string): Matcher {
  const borders = [0, 0]
  for (let at = 1; at < mark.length; at++) {
    borders.push(extend(mark, borders, borders[at] ?? 0, mark.charCodeAt(at)))
  }
  return { mark, borders, matched: 0 }
}

function extend(mark: string, borders: readonly number[], matched: number, code: number): number {
  let length = matched
  while (length > 0 && mark.charCodeAt(length) !== code) length = borders[length] ?? 0
  return mark.charCodeAt(length) === code ? length + 1 : length
}

/** Takes one more character; gives the longest mark that it makes whole, or the empty text. */
function step(matchers: readonly Matcher[], code: number): string {
  let whole = ''
  for (const matcher of matchers) {
    matcher.matched = extend(matcher.mark, matcher.borders, matcher.matched, code)
    if (matcher.matched === matcher.mark.length && matcher.mark.length > whole.length) whole = matcher.mark
  }
  return whole
}

/**
 * Reads the object of one call, a character at a time: `name` and `arguments` in either order, the arguments perhaps
 * missing. All of it is read strictly but the inside of the arguments, which is read only for where it ends: the caller
 * gets it as the model wrote it, right or wrong.
 */
export interface HermesBlock {
  /** The tool's name, once it is known. */
  readonly name: string | null
  readonly state: 'open' | 'whole' | 'broken'
  /** What was read since a name or an argument was last given out: plain text, should the block break now. */
  readonly unspoken: string
  /** Gives what is new of the arguments, none before the name is known, and what of the piece is not the block's. */
  read(piece: string): { readonly text: string; readonly rest: string }
}

/** What JSON allows between its signs. */
export const blanks = ' \t\r\n'

/** `names`: the tools that may be called. A block that names another is broken. */
export function hermesBlock(names: ReadonlySet<string>): HermesBlock {
  let name: string | null = null
  let state: HermesBlock['state'] = 'open'
  let unspoken = ''
  let spoken = false
  let early = ''
  let fresh = ''

  /** The whole grammar, taking a character at each `yield`; false at the first that does not belong there. */
  function* readObject(): Generator<void, boolean, string> {
    if ((yield* skipBlank()) !== '{') return false
    const unread = new Set(['name', 'arguments'])
    let char = ''
    do {
      if ((yield* skipBlank()) !== '"') return false
      const key = yield* readQuoted()
      if (!unread.delete(key) || (yield* skipBlank()) !== ':') return false
      char = yield* skipBlank()
      if (char !== (key === 'name' ? '"' : '{')) return false
      if (!(yield* key === 'name' ? readName() : readArguments())) return false
      char = yield* skipBlank()
    } while (char === ',')
    return char === '}' && name !== null
  }

  function* readName(): Generator<void, boolean, string> {
    const named = yield* readQuoted()
    if (!names.has(named)) return false
    name = named
    speak(early)
    return true
  }

  /** Up to the brace that closes the arguments. A `<` outside a text is no JSON: the closing mark came too soon. */
  function* readArguments(): Generator<void, boolean, string> {
    let depth = 0
    let inText = false
    for (let char = '{'; char !== '<' || inText; char = yield) {
      speak(char)
      if (inText) {
        if (char === '\\') speak(yield)
        else if (char === '"') inText = false
      } else if (char === '"') inText = true
      else if (char === '{') depth++
      else if (char === '}' && --depth === 0) return true
    }
    return false
  }

  function speak(text: string): void {
    if (name === null) {
      early += text
      return
    }
    fresh += text
    spoken = true
    unspoken = ''
  }

  const reader = readObject()
  reader.next()
  return {
    get name() {
      return name
    },
    get state() {
      return state
    },
    get unspoken() {
      return unspoken
    },
    read(piece) {
      fresh = ''
      let at = 0
      while (at < piece.length && state === 'open') {
        const char = piece.charAt(at)
        spoken = false
        const { done, value } = reader.next(char)
        if (done) state = value ? 'whole' : 'broken'
        if (done && !value) break
        if (!spoken) unspoken += char
        at++
      }
      return { text: fresh, rest: piece.slice(at) }
    },
  }
}

/** The first character that is not blank. */
function* skipBlank(): Generator<void, string, string> {
  let char = yield
  while (blanks.includes(char)) char = yield
  return char
}

/** A key or a name up to its closing quote; empty where a line ends first. No key or name of ours needs an escape. */
function* readQuoted(): Generator<void, string, string> {
  let text = ''
  for (let char = yield; char !== '"'; char = yield) {
    if (char < ' ') return ''
    text += char
  }
  return text
}

import type { Tool } from '../../chat/request.ts'
import type { CallSink } from './call-markup.ts'
import { type Reading, readMark, readTool } from './reading.ts'

/** How the object of one call is written. */
export interface CallObject {
  /** The keys that the arguments may have. */
  readonly keys: readonly string[]
  /** Whether a name alone makes a call, which may then have no arguments. */
  readonly begins: 'with-name' | 'with-arguments'
}

/** Reads the object of one call: name and arguments in either order, the arguments perhaps missing, and nothing else. */
export function* readCallObject(
  { keys, begins }: CallObject,
  calls: CallSink,
  tools: readonly Tool[],
  first = '',
): Reading<boolean> {
  const unread = new Set(['"name"', ...keys])
  let tool: Tool | undefined
  let begun = false
  /** Arguments that came before the name. */
  let early = ''

  function say(text: string): void {
    if (tool === undefined) early += text
    else {
      if (!begun) calls.begin(tool)
      begun = true
      if (text !== '') calls.say(text)
    }
  }

  if ((yield* readMark(['{'], first)) === '') return false
  let sign = ','
  while (sign === ',') {
    const key = yield* readMark([...unread])
    if (key === '' || (yield* readMark([':'])) === '') return false
    for (const other of key === '"name"' ? [key] : keys) unread.delete(other)
    if (key === '"name"') {
      tool = yield* readTool(tools, (name) => `"${name}"`)
      if (tool === undefined) return false
      if (begins === 'with-name' || early !== '') say(early)
    } else if (!(yield* readArguments({ say }))) return false
    sign = yield* readMark([',', '}'])
  }
  if (sign === '' || !begun) return false
  calls.end()
  return true
}

/** Reads a list of such objects. */
export function* readCallList(
  object: CallObject,
  calls: CallSink,
  tools: readonly Tool[],
  first = '',
): Reading<boolean> {
  if ((yield* readMark(['['], first)) === '') return false
  let sign = ','
  while (sign === ',') {
    if (!(yield* readCallObject(object, calls, tools))) return false
    sign = yield* readMark([',', ']'])
  }
  return sign === ']'
}

/**
 * Reads arguments from their brace to the one that closes it, and says them as they are written.
 * A `<` outside a text is no JSON: a mark came too soon.
 */
export function* readArguments(sink: Pick<CallSink, 'say'>): Reading<boolean> {
  let depth = 0
  let within: 'json' | 'text' | 'escape' = 'json'

  /** Whether this is the last character, or one that does not belong there. */
  function take(char: string): boolean {
    if (char === '<' && within === 'json') return true
    sink.say(char)
    if (within === 'escape') within = 'text'
    else if (within === 'text') {
      if (char === '\\') within = 'escape'
      else if (char === '"') within = 'json'
    } else if (char === '"') within = 'text'
    else if (char === '{') depth++
    else if (char === '}') depth--
    return depth === 0
  }

  const brace = yield* readMark(['{'])
  return brace !== '' && (take(brace) || (yield take) === '}')
}

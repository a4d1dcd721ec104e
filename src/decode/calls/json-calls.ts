import type { Tool } from '../../chat/request.ts'
import { type CallSink, type Reading, readMark, readTool } from './call-markup.ts'

/** How the object of one call is written. */
export interface CallObject {
  /** The keys that the arguments may have. */
  readonly keys: readonly string[]
  /** Whether a name alone makes a call, which may then have no arguments. */
  readonly begins: 'with-name' | 'with-arguments'
}

/**
 * Reads the object of one call from behind its brace: name and arguments in either order, the arguments perhaps missing,
 * and nothing else.
 */
export function* readCallObject(
  { keys, begins }: CallObject,
  calls: CallSink,
  tools: readonly Tool[],
): Reading<boolean> {
  const unread = new Set(['"name"', ...keys])
  let tool: Tool | undefined
  let begun = false
  let early = ''
  let sign = ','

  const hold = {
    say(text: string): void {
      early += text
    },
  }

  function begin(named: Tool): void {
    calls.begin(named)
    begun = true
  }

  while (sign === ',') {
    const key = yield* readMark([...unread])
    if (key === '' || (yield* readMark([':'])) === '') return false
    if (key === '"name"') {
      unread.delete(key)
      tool = yield* readTool(tools, (name) => `"${name}"`)
      if (tool === undefined) return false
      if (begins === 'with-name' || early !== '') begin(tool)
      if (early !== '') calls.say(early)
    } else {
      for (const other of keys) unread.delete(other)
      if ((yield* readMark(['{'])) === '') return false
      if (tool !== undefined && !begun) begin(tool)
      if (!(yield* readArguments(tool === undefined ? hold : calls))) return false
    }
    sign = yield* readMark([',', '}'])
  }
  if (sign === '' || tool === undefined || !begun) return false
  calls.end()
  return true
}

/** Reads objects of calls up to the bracket that closes their list, from behind the one that opens it. */
export function* readCallList(object: CallObject, calls: CallSink, tools: readonly Tool[]): Reading<boolean> {
  let sign = ','
  while (sign === ',') {
    if ((yield* readMark(['{'])) === '' || !(yield* readCallObject(object, calls, tools))) return false
    sign = yield* readMark([',', ']'])
  }
  return sign === ']'
}

/**
 * Reads arguments from behind their brace to the one that closes them, and says them as they are written.
 * A `<` outside a text is no JSON: a mark came too soon.
 */
function* readArguments(sink: Pick<CallSink, 'say'>): Reading<boolean> {
  let depth = 0
  let inText = false
  for (let char = '{'; char !== '<' || inText; char = yield) {
    sink.say(char)
    if (inText) {
      if (char === '\\') sink.say(yield)
      else if (char === '"') inText = false
    } else if (char === '"') inText = true
    else if (char === '{') depth++
    else if (char === '}' && --depth === 0) return true
  }
  return false
}

/** The same from before the brace, which must be there. */
export function* readCallArguments(calls: CallSink): Reading<boolean> {
  if ((yield* readMark(['{'])) === '' || !(yield* readArguments(calls))) return false
  calls.end()
  return true
}

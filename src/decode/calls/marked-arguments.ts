import type { Tool } from '../../chat/request.ts'
import { type CallSink, type Reading } from './call-markup.ts'
import { anyType, argumentTypes, typeOf, type ValueType } from './value-types.ts'

/** Makes JSON of arguments that a model writes one by one between marks. */
export interface MarkedArguments {
  /** Reads the value of `key` up to its closing mark; `is` overrides what the tool's schema says of it. */
  read(key: string, is?: 'text' | 'json'): Reading<void>
  /** All arguments are read: the call is whole. */
  end(): void
}

/**
 * A value ends at `close` and nowhere else: it may hold any other mark, as text. Where values are `lined`, one newline at
 * either end belongs to the marks; a newline is `\n` or `\r\n`.
 *
 * What becomes of a value is for the tool's schema to say:
 *
 * - One that can only be a text is a JSON text, and leaves as it comes.
 * - Any other is JSON as it was written, if it is JSON, and leaves when it is whole. If it is none, it is a JSON text all
 *   the same: the caller sees what the model meant. `True`, `False` and `None` are taken for JSON's words where the schema
 *   names their type.
 * - One that may be a text and something else, or of which the schema says nothing, is what it reads as, if the schema
 *   allows that, and a JSON text otherwise. A text in quotes keeps them.
 *
 * A key that comes again is written again: readers of JSON take the last.
 */
export function markedArguments(
  calls: CallSink,
  { parameters }: Tool,
  close: string,
  lines: 'lined' | 'bare',
): MarkedArguments {
  const ends = lines === 'lined' ? [`\r\n${close}`, `\n${close}`, close] : [close]
  let head = '{'

  function* read(key: string, is?: 'text' | 'json'): Reading<void> {
    const types = argumentTypes(parameters, key)
    const streams = is === undefined ? types.size === 1 && types.has('string') : is === 'text'
    const begin = `${head}${quoted(key)}: `
    head = ', '
    let value = ''
    if (streams) calls.say(`${begin}"`)

    function take(text: string, rest = ''): void {
      if (streams) calls.say(escaped(text), rest)
      else value += text
    }

    let held = ''
    let char = yield
    if (lines === 'lined') {
      // A carriage return alone is no newline.
      if (char === '\r') {
        char = yield
        if (char !== '\n') held = '\r'
      }
      if (char === '\n') char = yield
    }
    for (; ; char = yield) {
      if (held === '' && char !== '<' && char !== '\n' && char !== '\r') {
        take(char)
        continue
      }
      const longer = held + char
      if (ends.includes(longer)) break
      if (ends.some((end) => end.startsWith(longer))) {
        held = longer
        continue
      }
      // No end begins within another.
      const begins = ends.some((end) => end.startsWith(char))
      take(begins ? held : longer, begins ? char : '')
      held = begins ? char : ''
    }
    calls.say(
      streams
        ? '"'
        : begin +
            written(value, is === 'json' ? new Set([...types].filter((type) => type !== 'string')) : types),
    )
  }

  return {
    read,
    end() {
      if (head !== '{') calls.say('}')
      calls.end()
    },
  }
}

/** JSON for a value that need not be a text. */
function written(value: string, types: ReadonlySet<ValueType>): string {
  const text = value.trim()
  const type = typeOfJson(text)
  if (type !== undefined && (!types.has('string') || (type !== 'string' && types.has(type)))) return text
  const word = types.size === anyType.size ? undefined : pythonWords.get(text)
  return word !== undefined && types.has(word.type) ? word.json : quoted(value)
}

const pythonWords: ReadonlyMap<string, { readonly json: string; readonly type: ValueType }> = new Map([
  ['True', { json: 'true', type: 'boolean' }],
  ['False', { json: 'false', type: 'boolean' }],
  ['None', { json: 'null', type: 'null' }],
])

/** The type of the value that `text` is in JSON, if it is any. */
function typeOfJson(text: string): ValueType | undefined {
  try {
    return typeOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

function quoted(text: string): string {
  return `"${escaped(text)}"`
}

/** The inside of a JSON text. Unlike `JSON.stringify` it leaves halves of a character alone: the other may follow. */
function escaped(text: string): string {
  let json = ''
  for (const char of text) {
    json += char < ' ' || char === '"' || char === '\\' ? JSON.stringify(char).slice(1, -1) : char
  }
  return json
}

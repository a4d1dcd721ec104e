import type { Tool } from '../../chat/request.ts'
import type { CallSink } from './call-markup.ts'
import type { Reading } from './reading.ts'
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
 * - One that can only be a text is a JSON text.
 * - One that cannot be a text is JSON as it was written. If it is none, it is a JSON text all the same: the caller sees
 *   what the model meant.
 * - One that may be both, or of which the schema says nothing, is what it reads as, if the schema allows that, and a JSON
 *   text otherwise. A text in quotes keeps them.
 * - `True`, `False` and `None` are JSON's words where the schema names their type.
 *
 * Texts leave as they come, as soon as they can be nothing else; all other values when they are whole. A key that comes
 * again is written again: readers of JSON take the last.
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
    const declared = argumentTypes(parameters, key)
    const types = is === undefined ? declared : is === 'text' ? textAlone : withoutText(declared)
    const value = valueWriter(calls, `${head}${quoted(key)}: `, types)
    head = ', '
    let held = ''

    /** Whether this is the last character of the closing mark. */
    function take(char: string): boolean {
      if (held === '' && char !== '<' && char !== '\n' && char !== '\r') {
        value.take(char)
        return false
      }
      const longer = held + char
      if (ends.includes(longer)) return true
      if (ends.some((end) => end.startsWith(longer))) {
        held = longer
        return false
      }
      // No end begins within another.
      const begins = ends.some((end) => end.startsWith(char))
      value.take(begins ? held : longer, begins ? char : '')
      held = begins ? char : ''
      return false
    }

    let char = yield
    if (lines === 'lined') {
      if (char === '\r') {
        char = yield
        if (char !== '\n') held = '\r'
      }
      if (char === '\n') char = yield
    }
    if (!take(char)) yield take
    value.end()
  }

  return {
    read,
    end() {
      if (head !== '{') calls.say('}')
      calls.end()
    },
  }
}

/** Writes one value as JSON, behind `begin`. */
interface ValueWriter {
  /** More of the value. `held`: what was read behind it and may be of the mark. */
  take(text: string, held?: string): void
  end(): void
}

function valueWriter(calls: CallSink, begin: string, types: ReadonlySet<ValueType>): ValueWriter {
  let form: 'unknown' | 'text' | 'json' = types.size === 1 && types.has('string') ? 'text' : 'unknown'
  let value = ''
  if (form === 'text') calls.say(`${begin}"`)
  return {
    take(text, held) {
      if (form === 'text') return calls.say(escaped(text), held)
      value += text
      if (form === 'json' || text.trim() === '') return
      form = mayBeJson(text.trim(), types) ? 'json' : 'text'
      if (form === 'text') calls.say(`${begin}"${escaped(value)}`, held)
    },
    end() {
      calls.say(form === 'text' ? '"' : begin + written(value, types))
    },
  }
}

const textAlone: ReadonlySet<ValueType> = new Set(['string'] as const)

function withoutText(types: ReadonlySet<ValueType>): ReadonlySet<ValueType> {
  return new Set([...types].filter((type) => type !== 'string'))
}

/** What values of a type begin with, texts aside, and Python's words for them. */
const beginnings: readonly (readonly [type: ValueType, characters: string])[] = [
  ['number', '-0123456789'],
  ['boolean', 'tfTF'],
  ['null', 'nN'],
  ['array', '['],
  ['object', '{'],
]

/** Whether a value that begins so may be anything but a text. */
function mayBeJson(text: string, types: ReadonlySet<ValueType>): boolean {
  if (!types.has('string')) return true
  return beginnings.some(([type, characters]) => types.has(type) && characters.includes(text.charAt(0)))
}

const pythonWords: ReadonlyMap<string, { readonly json: string; readonly type: ValueType }> = new Map([
  ['True', { json: 'true', type: 'boolean' }],
  ['False', { json: 'false', type: 'boolean' }],
  ['None', { json: 'null', type: 'null' }],
])

/** JSON for a value that is whole. */
function written(value: string, types: ReadonlySet<ValueType>): string {
  const text = value.trim()
  const type = typeOfJson(text)
  if (type !== undefined && (!types.has('string') || (type !== 'string' && types.has(type)))) return text
  const word = types.size < anyType.size ? pythonWords.get(text) : undefined
  return word !== undefined && types.has(word.type) ? word.json : quoted(value)
}

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

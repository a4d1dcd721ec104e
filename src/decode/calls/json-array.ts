import type { CallMarkup } from './call-markup.ts'
import { readCallList, readCallObject, type CallObject } from './json-calls.ts'
import { readMark } from './reading.ts'

/** A JSON answer may well hold the name of a tool: only arguments behind it make it a call. */
const object: CallObject = { keys: ['"arguments"', '"parameters"'], begins: 'with-arguments' }

/**
 * Calls without any mark: the answer begins, blank aside, with `[{"name": "f", "arguments": {…}}, …]`, or with one such
 * object. Arguments may be called parameters. What follows the list is text, as is an answer that begins otherwise.
 */
export const jsonArray: CallMarkup = {
  openMarks: [],
  bareMarks: [],
  closeMarks: [],
  *read(_mark, calls, tools) {
    const sign = yield* readMark(['[', '{'])
    return sign !== '' && (yield* (sign === '[' ? readCallList : readCallObject)(object, calls, tools, sign))
  },
}

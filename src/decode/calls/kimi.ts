import type { CallMarkup } from './call-markup.ts'
import { readArguments } from './json-calls.ts'
import { readMark, readTool } from './reading.ts'

const section = '<|tool_calls_section_begin|>'
const open = '<|tool_call_begin|>'
const argument = '<|tool_call_argument_begin|>'

/**
 * Kimi-K2: `<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{…}<|tool_call_end|>` for each call, and a
 * section's marks around all of them, which may be missing. The number counts the calls of the conversation and says
 * nothing new. A call is whole when its arguments are.
 */
export const kimi: CallMarkup = {
  openMarks: [section, open],
  bareMarks: [],
  closeMarks: ['<|tool_call_end|>', '<|tool_calls_section_end|>'],
  *read(mark, calls, tools) {
    if (mark === section && (yield* readMark([open])) === '') return false
    const tool = yield* readTool(tools, (name) => `functions.${name}:`)
    if (tool === undefined) return false
    let char = yield
    while (char >= '0' && char <= '9') char = yield
    if ((yield* readMark([argument], char)) === '') return false
    calls.begin(tool)
    if (!(yield* readArguments(calls))) return false
    calls.end()
    return true
  },
}

import type { CallMarkup } from './call-markup.ts'
import { readArguments } from './json-calls.ts'
import { readMark, readTool } from './reading.ts'

const section = '<｜tool▁calls▁begin｜>'
const open = '<｜tool▁call▁begin｜>'
const separator = '<｜tool▁sep｜>'

/**
 * DeepSeek-V3.1: `<｜tool▁call▁begin｜>f<｜tool▁sep｜>{…}<｜tool▁call▁end｜>` for each call, and a section's marks around
 * all of them, which may be missing. A call is whole when its arguments are.
 */
export const deepseek: CallMarkup = {
  openMarks: [section, open],
  bareMarks: [],
  closeMarks: ['<｜tool▁call▁end｜>', '<｜tool▁calls▁end｜>'],
  *read(mark, calls, tools) {
    if (mark === section && (yield* readMark([open])) === '') return false
    const tool = yield* readTool(tools, (name) => name + separator)
    if (tool === undefined) return false
    calls.begin(tool)
    if (!(yield* readArguments(calls))) return false
    calls.end()
    return true
  },
}

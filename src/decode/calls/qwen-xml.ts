import type { CallMarkup } from './call-markup.ts'
import { markedArguments } from './marked-arguments.ts'
import { readMark, readTool, readUntil } from './reading.ts'

const open = '<tool_call>'
const begin = '<function='
const parameter = '<parameter='

/**
 * Qwen3-Coder and Qwen3.5: `<tool_call>\n<function=f>\n<parameter=a>\nvalue\n</parameter>\n</function>\n</tool_call>`.
 * The models may forget the outer marks, or the inner close mark. Values are lined.
 */
export const qwenXml: CallMarkup = {
  openMarks: [open],
  bareMarks: [begin],
  closeMarks: ['</tool_call>'],
  *read(mark, calls, tools) {
    if (mark === open && (yield* readMark([begin])) === '') return false
    const tool = yield* readTool(tools, (name) => `${name}>`)
    if (tool === undefined) return false
    calls.begin(tool)
    const values = markedArguments(calls, tool, '</parameter>', 'lined')
    for (;;) {
      const next = yield* readMark([parameter, '</function>', '</tool_call>'])
      if (next !== parameter) {
        if (next !== '') values.end()
        return next !== ''
      }
      yield* values.read(yield* readUntil('>'))
    }
  },
}

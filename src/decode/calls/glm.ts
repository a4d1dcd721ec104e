import type { CallMarkup } from './call-markup.ts'
import { markedArguments } from './marked-arguments.ts'
import { blanks, readMark, readUntil } from './reading.ts'

const close = '</tool_call>'
const key = '<arg_key>'

/**
 * GLM-4.5 to GLM-5: `<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>value</arg_value>\n</tool_call>`. The later models
 * leave the newlines out. There may be no arguments. Values are bare.
 */
export const glm: CallMarkup = {
  openMarks: ['<tool_call>'],
  bareMarks: [],
  closeMarks: [],
  *read(_mark, calls, tools) {
    let name = ''
    let char = yield
    for (; char !== '<' && !(name !== '' && blanks.includes(char)); char = yield) {
      if (name !== '' || !blanks.includes(char)) name += char
      if (!tools.some((tool) => tool.name.startsWith(name))) return false
    }
    const tool = tools.find((one) => one.name === name)
    let next = yield* readMark([key, close], char)
    if (tool === undefined || next === '') return false
    calls.begin(tool, next)
    const values = markedArguments(calls, tool, '</arg_value>', 'bare')
    while (next === key) {
      const named = (yield* readUntil('<')).trim()
      if ((yield* readMark(['</arg_key>'], '<')) === '') return false
      if ((yield* readMark(['<arg_value>'])) === '') return false
      yield* values.read(named)
      next = yield* readMark([key, close])
    }
    if (next === close) values.end()
    return next === close
  },
}

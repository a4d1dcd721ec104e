import type { CallMarkup } from './call-markup.ts'
import { markedArguments } from './marked-arguments.ts'
import { readMark, readTool, readUntil } from './reading.ts'

const invoke = '<｜DSML｜invoke'
const parameter = '<｜DSML｜parameter'
const sections = ['function_calls', 'tool_calls']
const closeMarks = sections.map((name) => `</｜DSML｜${name}>`)

/**
 * DeepSeek-V3.2 and V4: `<｜DSML｜invoke name="f">`, then each argument as
 * `<｜DSML｜parameter name="a" string="true">value</｜DSML｜parameter>`, then `</｜DSML｜invoke>`. The marks around all calls
 * of an answer say `function_calls` in V3.2 and `tool_calls` in V4. `string="false"` says that a value is JSON; where
 * neither is said, the tool's schema decides. Values are bare.
 */
export const dsml: CallMarkup = {
  openMarks: [...sections.map((name) => `<｜DSML｜${name}>`), invoke],
  bareMarks: [],
  closeMarks,
  *read(mark, calls, tools) {
    if (mark !== invoke && (yield* readMark([invoke])) === '') return false
    if ((yield* readMark(['name="'])) === '') return false
    const tool = yield* readTool(tools, (name) => `${name}"`)
    if (tool === undefined || (yield* readMark(['>'])) === '') return false
    calls.begin(tool)
    const values = markedArguments(calls, tool, '</｜DSML｜parameter>', 'bare')
    for (;;) {
      const next = yield* readMark([parameter, '</｜DSML｜invoke>', ...closeMarks])
      if (next !== parameter) {
        if (next !== '') values.end()
        return next !== ''
      }
      if ((yield* readMark(['name="'])) === '') return false
      const key = yield* readUntil('"')
      const kind = yield* readMark(['string="true"', 'string="false"', '>'])
      if (kind === '' || (kind !== '>' && (yield* readMark(['>'])) === '')) return false
      yield* values.read(key, kind === '>' ? undefined : kind === 'string="true"' ? 'text' : 'json')
    }
  },
}

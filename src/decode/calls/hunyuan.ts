import type { CallMarkup } from './call-markup.ts'
import { readCallList } from './json-calls.ts'

/** Hunyuan-A13B: `<tool_calls>[{"name": "f", "arguments": {…}}, …]</tool_calls>`. */
export const hunyuan: CallMarkup = {
  openMarks: ['<tool_calls>'],
  bareMarks: [],
  closeMarks: ['</tool_calls>'],
  read: (_mark, calls, tools) => readCallList({ keys: ['"arguments"'], begins: 'with-name' }, calls, tools),
}

import type { CallMarkup } from './call-markup.ts'
import { readCallObject } from './json-calls.ts'

/**
 * Hermes and Qwen3: `<tool_call>\n{"name": "f", "arguments": {…}}\n</tool_call>`. A call is whole when its object is.
 */
export const hermes: CallMarkup = {
  openMarks: ['<tool_call>'],
  bareMarks: [],
  closeMarks: ['</tool_call>'],
  read: (_mark, calls, tools) => readCallObject({ keys: ['"arguments"'], begins: 'with-name' }, calls, tools),
}

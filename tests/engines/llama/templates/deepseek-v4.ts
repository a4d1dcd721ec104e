import { functionJson } from './cases.ts'
import { deepseek32, dsmlCalls, dsmlExample } from './deepseek-v3.2.ts'
import type { Family } from './family.ts'
import { modelOf, template } from './family.ts'

const start = '<｜begin▁of▁sentence｜>'
const tools = `

## Tools

Call one so:

${dsmlExample('tool_calls')}

${functionJson}
`
const calls = `<｜User｜>Rome and home?<｜Assistant｜><think>Two.</think>I look.

${dsmlCalls('tool_calls')}<｜end▁of▁sentence｜><｜User｜><tool_result>sun</tool_result>

<tool_result>rain</tool_result><｜Assistant｜><think>`

export const deepseek4: Family = {
  model: modelOf('deepseek-ai/DeepSeek-V4-Flash'),
  format: { ...deepseek32.format, template: template('deepseek-v4') },
  expected: {
    ...deepseek32.expected,
    'tools beside a system message': [
      `${start}Be brief.${tools}<｜User｜>Hi<｜Assistant｜></think>`,
      'never',
    ],
    'tools alone': [`${start}${tools}<｜User｜>Hi<｜Assistant｜><think>`, 'prompt'],
    'results of two calls': [start + tools + calls, 'prompt'],
    'a question after results': [
      `${start}${tools}${calls}Easy.</think>  Hello.<｜end▁of▁sentence｜><｜User｜>And?<｜Assistant｜><think>`,
      'prompt',
    ],
  },
}

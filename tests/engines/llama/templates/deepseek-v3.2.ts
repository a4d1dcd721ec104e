import { functionJson } from './cases.ts'
import { deepseek31 } from './deepseek-v3.1.ts'
import type { Family } from './family.ts'
import { modelOf, template } from './family.ts'

const start = '<｜begin▁of▁sentence｜>'
/** How DSML is explained, and two calls, in a block of that name. */
export function dsmlExample(block: string): string {
  return `<｜DSML｜${block}>
<｜DSML｜invoke name="its name">
<｜DSML｜parameter name="a name" string="true|false">a value</｜DSML｜parameter>
</｜DSML｜invoke>
</｜DSML｜${block}>`
}
export function dsmlCalls(block: string): string {
  return `<｜DSML｜${block}>
<｜DSML｜invoke name="weather">
<｜DSML｜parameter name="city" string="true">Rome</｜DSML｜parameter>
<｜DSML｜parameter name="items" string="false">[1, true]</｜DSML｜parameter>
</｜DSML｜invoke>
<｜DSML｜invoke name="weather">

</｜DSML｜invoke>
</｜DSML｜${block}>`
}

const tools = `

## Tools
Call one so:
${dsmlExample('function_calls')}
<functions>
${functionJson}
</functions>
`
const calls = `I look.

${dsmlCalls('function_calls')}<｜end▁of▁sentence｜>

<function_results>
<result>sun</result>
<result>rain</result>
</function_results>

`

export const deepseek32: Family = {
  model: modelOf('deepseek-ai/DeepSeek-V3.2'),
  format: {
    ...deepseek31.format,
    template: template('deepseek-v3.2'),
    marks: [...deepseek31.format.marks, '｜DSML｜'],
  },
  expected: {
    ...deepseek31.expected,
    'two system messages': [`${start}Be brief.Be kind.<｜User｜>Hi<｜Assistant｜><think>`, 'prompt'],
    'tools beside a system message': [
      `${start}Be brief.${tools}<｜User｜>Hi<｜Assistant｜></think>`,
      'never',
    ],
    'tools alone': [`${start}${tools}<｜User｜>Hi<｜Assistant｜><think>`, 'prompt'],
    'results of two calls': [
      `${start}${tools}<｜User｜>Rome and home?<｜Assistant｜><think>Two.</think>${calls}<think>`,
      'prompt',
    ],
    'a question after results': [
      `${start}${tools}<｜User｜>Rome and home?<｜Assistant｜></think>${calls}</think>  Hello.` +
        '<｜end▁of▁sentence｜><｜User｜>And?<｜Assistant｜><think>',
      'prompt',
    ],
  },
}

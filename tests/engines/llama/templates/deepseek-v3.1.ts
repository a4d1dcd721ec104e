import { toolJson } from './cases.ts'
import type { Family } from './family.ts'
import { modelOf, template, words } from './family.ts'

const start = '<｜begin▁of▁sentence｜>'
const tools = `

## Tools
${toolJson}
Call one so: <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>name<｜tool▁sep｜>arguments<｜tool▁call▁end｜><｜tool▁calls▁end｜>
`
const calls =
  '<｜User｜>Rome and home?<｜Assistant｜></think>I look.' +
  '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{"city":"Rome","items":[1,true]}<｜tool▁call▁end｜>' +
  '<｜tool▁call▁begin｜>weather<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>' +
  '<｜tool▁output▁begin｜>sun<｜tool▁output▁end｜><｜tool▁output▁begin｜>rain<｜tool▁output▁end｜>'

export const deepseek31: Family = {
  model: modelOf('deepseek-ai/DeepSeek-V3.1-Terminus'),
  format: {
    template: template('deepseek-v3.1'),
    controls: words('<｜begin▁of▁sentence｜> <｜end▁of▁sentence｜> <｜▁pad▁｜>'),
    marks: words(`
      <｜User｜> <｜Assistant｜> <think> </think> <｜fim▁begin｜> <｜fim▁hole｜> <｜fim▁end｜>
      <｜tool▁calls▁begin｜> <｜tool▁calls▁end｜> <｜tool▁call▁begin｜> <｜tool▁call▁end｜> <｜tool▁sep｜>
      <｜tool▁outputs▁begin｜> <｜tool▁outputs▁end｜> <｜tool▁output▁begin｜> <｜tool▁output▁end｜>`),
    bos: '<｜begin▁of▁sentence｜>',
    eos: '<｜end▁of▁sentence｜>',
  },
  expected: {
    'a question': [`${start}<｜User｜>Hi<｜Assistant｜><think>`, 'prompt'],
    'a question without thinking': [`${start}<｜User｜>Hi<｜Assistant｜></think>`, 'never'],
    'two system messages': [`${start}Be brief.\n\nBe kind.<｜User｜>Hi<｜Assistant｜><think>`, 'prompt'],
    'tools beside a system message': [
      `${start}Be brief.${tools}<｜User｜>Hi<｜Assistant｜></think>`,
      'never',
    ],
    'tools alone': [`${start}${tools}<｜User｜>Hi<｜Assistant｜><think>`, 'prompt'],
    'results of two calls': [`${start}${tools}${calls}`, 'start'],
    'a question after results': [
      `${start}${tools}${calls}  Hello.<｜end▁of▁sentence｜><｜User｜>And?<｜Assistant｜><think>`,
      'prompt',
    ],
    'a question after an answer': [
      `${start}<｜User｜>Hi<｜Assistant｜></think>  Hello.<｜end▁of▁sentence｜><｜User｜>And?<｜Assistant｜><think>`,
      'prompt',
    ],
    'a prefix': [`${start}<｜User｜>Hi<｜Assistant｜></think>Well,`, 'never'],
    'a thought cut short': [`${start}<｜User｜>Hi<｜Assistant｜><think>So`, 'prompt'],
    'an answer cut short': [`${start}<｜User｜>Hi<｜Assistant｜><think>So.</think>Well,`, 'never'],
  },
}

import { toolJson } from './cases.ts'
import type { Family } from './family.ts'
import { modelOf, template, words } from './family.ts'

/** `NOW` is the time of day. */
const tools = `<|startoftext|>工具：
[${toolJson}]
调用格式：<tool_calls>[{"name": "名称", "arguments": {}}]</tool_calls>
`
const calls =
  '用户：Rome and home?<|extra_0|>I look.' +
  '<tool_calls>[{"name": "weather", "arguments": {"city": "Rome", "items": [1, true]}}, ' +
  '{"name": "weather", "arguments": {}}]</tool_calls><|eos|>' +
  '<tool_response>sun</tool_response><|extra_0|><tool_response>rain</tool_response><|extra_0|>'

const hi = '<|startoftext|>Hi<|extra_0|>'
const emptyThought = '<think>\n\n</think>\n'

export const hunyuan: Family = {
  model: modelOf('tencent/Hunyuan-A13B-Instruct'),
  format: {
    template: template('hunyuan-a13b'),
    controls: words('<|startoftext|> <|endoftext|> <|eos|> <|pad|> <|extra_0|> <|extra_4|>'),
    marks: [],
    bos: '<|startoftext|>',
    eos: '<|eos|>',
  },
  expected: {
    'a question': [hi, 'start'],
    'a question without thinking': [hi + emptyThought, 'never'],
    'two system messages': [
      '<|startoftext|>Be brief.<|extra_4|>Be kind.<|startoftext|>Hi<|extra_0|>',
      'start',
    ],
    'tools beside a system message': [
      `${tools}要求：\nBe brief.\n时间：NOW<|extra_4|>用户：Hi<|extra_0|>${emptyThought}`,
      'never',
    ],
    'tools alone': [`${tools}时间：NOW<|extra_4|>用户：Hi<|extra_0|>`, 'start'],
    'results of two calls': [`${tools}时间：NOW<|extra_4|>${calls}`, 'start'],
    'a question after results': [
      `${tools}时间：NOW<|extra_4|>${calls}助手：  Hello.<|eos|>用户：And?<|extra_0|>`,
      'start',
    ],
    'a question after an answer': [`${hi}  Hello.<|eos|><|startoftext|>And?<|extra_0|>`, 'start'],
    'a prefix': [`${hi}${emptyThought}Well,`, 'never'],
    'a thought cut short': [`${hi}<think>\nSo`, 'prompt'],
    'an answer cut short': [`${hi}<think>\nSo.\n</think>\n\nWell,`, 'never'],
  },
}

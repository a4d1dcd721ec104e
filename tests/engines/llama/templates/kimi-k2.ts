import { aModel } from '../../../contract/prompts.ts'
import { toolJson } from './cases.ts'
import type { Family } from './family.ts'
import { template, words } from './family.ts'

const tools = `<|im_system|>tool_declare<|im_middle|>[${toolJson}]<|im_end|>`
const unasked = '<|im_system|>system<|im_middle|>You are Kimi.<|im_end|>'
const calls =
  '<|im_user|>user<|im_middle|>Rome and home?<|im_end|><|im_assistant|>assistant<|im_middle|>I look.' +
  '<|tool_calls_section_begin|>' +
  '<|tool_call_begin|>c1<|tool_call_argument_begin|>{"city": "Rome", "items": [1, true]}<|tool_call_end|>' +
  '<|tool_call_begin|>c2<|tool_call_argument_begin|>{}<|tool_call_end|>' +
  '<|tool_calls_section_end|><|im_end|>' +
  '<|im_system|>tool<|im_middle|>## Return of c1\nsun<|im_end|>' +
  '<|im_system|>tool<|im_middle|>## Return of c2\nrain<|im_end|>'
const hi = '<|im_user|>user<|im_middle|>Hi<|im_end|><|im_assistant|>assistant<|im_middle|>'

/** Not in the catalogue: a model that does not think, and has no switch for it. */
export const kimi: Family = {
  model: {
    ...aModel,
    id: 'kimi',
    dialect: { ...aModel.dialect, thinking: 'native', calls: 'kimi' },
    switches: { thinking: [], effort: [] },
  },
  format: {
    template: template('kimi-k2'),
    controls: words(`
      [BOS] [EOS] <|im_end|> <|im_user|> <|im_assistant|> <|im_system|> <|im_middle|>
      <|tool_calls_section_begin|> <|tool_calls_section_end|>
      <|tool_call_begin|> <|tool_call_argument_begin|> <|tool_call_end|>`),
    marks: [],
    bos: '',
    eos: '<|im_end|>',
  },
  expected: {
    'a question': [unasked + hi, 'never'],
    'a question without thinking': [unasked + hi, 'never'],
    'two system messages': [
      `<|im_system|>system<|im_middle|>Be brief.<|im_end|><|im_system|>system<|im_middle|>Be kind.<|im_end|>${hi}`,
      'never',
    ],
    'tools beside a system message': [
      `${tools}<|im_system|>system<|im_middle|>Be brief.<|im_end|>${hi}`,
      'never',
    ],
    'tools alone': [tools + unasked + hi, 'never'],
    'results of two calls': [`${tools}${unasked}${calls}<|im_assistant|>assistant<|im_middle|>`, 'never'],
    'a question after results': [
      `${tools}${unasked}${calls}<|im_assistant|>assistant<|im_middle|>  Hello.<|im_end|>` +
        '<|im_user|>user<|im_middle|>And?<|im_end|><|im_assistant|>assistant<|im_middle|>',
      'never',
    ],
    'a question after an answer': [
      `${unasked}${hi}  Hello.<|im_end|>` +
        '<|im_user|>user<|im_middle|>And?<|im_end|><|im_assistant|>assistant<|im_middle|>',
      'never',
    ],
    'a prefix': [`${unasked}${hi}Well,`, 'never'],
    'a thought cut short': [unasked + hi, 'never'],
    'an answer cut short': [`${unasked}${hi}Well,`, 'never'],
  },
}

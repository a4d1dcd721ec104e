import type { Family } from './family.ts'
import { modelOf, template } from './family.ts'
import { glm45, toolList } from './glm-4.5.ts'

const tools = `${toolList}<tool_call>{its name}<arg_key>{a name}</arg_key><arg_value>{a value}</arg_value></tool_call>`

const calls =
  'I look.<tool_call>weather<arg_key>city</arg_key><arg_value>Rome</arg_value>' +
  '<arg_key>items</arg_key><arg_value>[1, true]</arg_value></tool_call><tool_call>weather</tool_call>' +
  '<|observation|><tool_response>sun</tool_response><tool_response>rain</tool_response>'

const start = '[gMASK]<sop>'

export const glm47: Family = {
  model: modelOf('Pro/zai-org/GLM-5'),
  format: { ...glm45.format, template: template('glm-4.7') },
  expected: {
    'a question': [`${start}<|user|>Hi<|assistant|><think>`, 'prompt'],
    'a question without thinking': [`${start}<|user|>Hi<|assistant|></think>`, 'never'],
    'two system messages': [
      `${start}<|system|>Be brief.<|system|>Be kind.<|user|>Hi<|assistant|><think>`,
      'prompt',
    ],
    'tools beside a system message': [
      `${start}${tools}<|system|>Be brief.<|user|>Hi<|assistant|></think>`,
      'never',
    ],
    'tools alone': [`${start}${tools}<|user|>Hi<|assistant|><think>`, 'prompt'],
    'results of two calls': [
      `${start}${tools}<|user|>Rome and home?<|assistant|><think>Two.</think>${calls}<|assistant|><think>`,
      'prompt',
    ],
    'a question after results': [
      `${start}${tools}<|user|>Rome and home?<|assistant|></think>${calls}` +
        '<|assistant|></think>Hello.<|user|>And?<|assistant|><think>',
      'prompt',
    ],
    'a question after an answer': [
      `${start}<|user|>Hi<|assistant|></think>Hello.<|user|>And?<|assistant|><think>`,
      'prompt',
    ],
    'a prefix': [`${start}<|user|>Hi<|assistant|></think>Well,`, 'never'],
    'a thought cut short': [`${start}<|user|>Hi<|assistant|><think>So`, 'prompt'],
    'an answer cut short': [`${start}<|user|>Hi<|assistant|><think>So.</think>Well,`, 'never'],
  },
}

import { toolJson } from './cases.ts'
import type { Family } from './family.ts'
import { modelOf, template, words } from './family.ts'

const tools = `# Tools
<tools>
${toolJson}
</tools>
Call one so:
<tool_call>
{"name": <its name>, "arguments": <an object>}
</tool_call>`

/** What Qwen3.5 writes as well. */
export const results = `<|im_start|>user
<tool_response>
sun
</tool_response>
<tool_response>
rain
</tool_response><|im_end|>
`
export const hi = `<|im_start|>user
Hi<|im_end|>
<|im_start|>assistant
`
export const emptyThought = '<think>\n\n</think>\n\n'

const calls = `I look.
<tool_call>
{"name": "weather", "arguments": {"city": "Rome", "items": [1, true]}}
</tool_call>
<tool_call>
{"name": "weather", "arguments": {}}
</tool_call><|im_end|>
${results}`

export const qwen3: Family = {
  model: modelOf('Qwen/Qwen3-8B'),
  format: {
    template: template('qwen3'),
    controls: words('<|endoftext|> <|im_start|> <|im_end|>'),
    marks: words('<tool_call> </tool_call> <tool_response> </tool_response> <think> </think>'),
    bos: '',
    eos: '<|im_end|>',
  },
  expected: {
    'a question': [hi, 'start'],
    'a question without thinking': [hi + emptyThought, 'never'],
    'two system messages': [
      `<|im_start|>system
Be brief.<|im_end|>
<|im_start|>system
Be kind.<|im_end|>
${hi}`,
      'start',
    ],
    'tools beside a system message': [
      `<|im_start|>system
Be brief.

${tools}<|im_end|>
${hi}${emptyThought}`,
      'never',
    ],
    'tools alone': [`<|im_start|>system\n${tools}<|im_end|>\n${hi}`, 'start'],
    'results of two calls': [
      `<|im_start|>system
${tools}<|im_end|>
<|im_start|>user
Rome and home?<|im_end|>
<|im_start|>assistant
<think>
Two.
</think>

${calls}<|im_start|>assistant
`,
      'start',
    ],
    'a question after results': [
      `<|im_start|>system
${tools}<|im_end|>
<|im_start|>user
Rome and home?<|im_end|>
<|im_start|>assistant
${calls}<|im_start|>assistant
  Hello.<|im_end|>
<|im_start|>user
And?<|im_end|>
<|im_start|>assistant
`,
      'start',
    ],
    'a question after an answer': [
      `${hi}  Hello.<|im_end|>
<|im_start|>user
And?<|im_end|>
<|im_start|>assistant
`,
      'start',
    ],
    'a prefix': [`${hi}${emptyThought}Well,`, 'never'],
    'a thought cut short': [`${hi}<think>\nSo`, 'prompt'],
    'an answer cut short': [`${hi}<think>\nSo.\n</think>\n\nWell,`, 'never'],
  },
}

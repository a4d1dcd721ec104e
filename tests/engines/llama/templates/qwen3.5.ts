import { toolJson } from './cases.ts'
import type { Family } from './family.ts'
import { modelOf, template, words } from './family.ts'
import { emptyThought, hi, qwen3, results } from './qwen3.ts'

const tools = `# Tools
<tools>
${toolJson}
</tools>
Call one so:
<tool_call>
<function=its_name>
<parameter=a_name>
a value
</parameter>
</function>
</tool_call>`

const calls = `I look.

<tool_call>
<function=weather>
<parameter=city>
Rome
</parameter>
<parameter=items>
[1, true]
</parameter>
</function>
</tool_call>
<tool_call>
<function=weather>
</function>
</tool_call><|im_end|>
${results}`

export const qwen35: Family = {
  model: modelOf('Qwen/Qwen3.5-4B'),
  format: {
    ...qwen3.format,
    template: template('qwen3.5'),
    controls: words('<|endoftext|> <|im_start|> <|im_end|> <|vision_start|> <|image_pad|>'),
  },
  expected: {
    'a question': [`${hi}<think>\n`, 'prompt'],
    'a question without thinking': [hi + emptyThought, 'never'],
    'two system messages':
      "The model's chat template refused the messages: A system message must come first.",
    'tools beside a system message': [
      `<|im_start|>system
${tools}

Be brief.<|im_end|>
${hi}${emptyThought}`,
      'never',
    ],
    'tools alone': [`<|im_start|>system\n${tools}<|im_end|>\n${hi}<think>\n`, 'prompt'],
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
<think>
`,
      'prompt',
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
<think>
`,
      'prompt',
    ],
    'a question after an answer': [
      `${hi}Hello.<|im_end|>
<|im_start|>user
And?<|im_end|>
<|im_start|>assistant
<think>
`,
      'prompt',
    ],
    'a prefix': [`${hi}${emptyThought}Well,`, 'never'],
    'a thought cut short': [`${hi}<think>\nSo`, 'prompt'],
    'an answer cut short': [`${hi}<think>\nSo.\n</think>\n\nWell,`, 'never'],
  },
}

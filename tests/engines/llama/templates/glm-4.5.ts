import { toolJson } from './cases.ts'
import type { Family } from './family.ts'
import { modelOf, template, words } from './family.ts'

/** What GLM-4.7 has as well. */
export const toolList = `<|system|>
# Tools
<tools>
${toolJson}
</tools>
Call one so:
`
const tools = `${toolList}<tool_call>{its name}
<arg_key>{a name}</arg_key>
<arg_value>{a value}</arg_value>
</tool_call>`

const calls = `
I look.
<tool_call>weather
<arg_key>city</arg_key>
<arg_value>Rome</arg_value>
<arg_key>items</arg_key>
<arg_value>[1, true]</arg_value>
</tool_call>
<tool_call>weather
</tool_call><|observation|>
<tool_response>
sun
</tool_response>
<tool_response>
rain
</tool_response>`

const start = '[gMASK]<sop>'
const hi = `<|user|>
Hi`

export const glm45: Family = {
  model: modelOf('zai-org/GLM-4.6'),
  format: {
    template: template('glm-4.5'),
    controls: words('<|endoftext|> [MASK] [gMASK] <sop> <|system|> <|user|> <|assistant|> <|observation|>'),
    marks: words(`
      /nothink <think> </think> <tool_call> </tool_call> <tool_response> </tool_response>
      <arg_key> </arg_key> <arg_value> </arg_value>`),
    bos: '',
    eos: '<|endoftext|>',
  },
  expected: expectedWith(''),
}

/**
 * As GLM-4.5, with a line of its own for the answer. After the published template of GLM-4.6V and prompts of GLM-OCR, its
 * relatives; GLM-4.5V's own was not to be found.
 */
export const glm45v: Family = {
  model: modelOf('zai-org/GLM-4.5V'),
  format: {
    ...glm45.format,
    template: glm45.format.template
      .replace("'<|assistant|>' -", "'<|assistant|>\\n' -")
      .replace("'\\n<think></think>' if", "'<think></think>\\n' if"),
    controls: [...glm45.format.controls, ...words('<|begin_of_image|> <|image|> <|end_of_image|>')],
    marks: [...glm45.format.marks, ...words('<|begin_of_box|> <|end_of_box|>')],
  },
  expected: expectedWith('\n'),
}

/** `line`: what stands between the beginning of the model's turn and what the model says. */
function expectedWith(line: string): Family['expected'] {
  return {
    'a question': [`${start}${hi}<|assistant|>${line}`, 'start'],
    'a question without thinking': [`${start}${hi}/nothink<|assistant|>\n<think></think>${line}`, 'never'],
    'two system messages': [
      `${start}<|system|>\nBe brief.<|system|>\nBe kind.${hi}<|assistant|>${line}`,
      'start',
    ],
    'tools beside a system message': [
      `${start}${tools}<|system|>\nBe brief.${hi}/nothink<|assistant|>\n<think></think>${line}`,
      'never',
    ],
    'tools alone': [`${start}${tools}${hi}<|assistant|>${line}`, 'start'],
    'results of two calls': [
      `${start}${tools}<|user|>
Rome and home?<|assistant|>
<think>Two.</think>${calls}<|assistant|>${line}`,
      'start',
    ],
    'a question after results': [
      `${start}${tools}<|user|>
Rome and home?<|assistant|>
<think></think>${calls}<|assistant|>
<think></think>
Hello.<|user|>
And?<|assistant|>${line}`,
      'start',
    ],
    'a question after an answer': [
      `${start}${hi}<|assistant|>
<think></think>
Hello.<|user|>
And?<|assistant|>${line}`,
      'start',
    ],
    'a prefix': [`${start}${hi}/nothink<|assistant|>\n<think></think>\nWell,`, 'never'],
    'a thought cut short': [`${start}${hi}<|assistant|>\n<think>So`, 'prompt'],
    'an answer cut short': [`${start}${hi}<|assistant|>\n<think>So.</think>\nWell,`, 'never'],
  }
}

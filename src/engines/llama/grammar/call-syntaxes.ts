import type { CallSyntax } from '../../../chat/model.ts'
import type { Expression } from './expression.ts'
import { choice, oneOf, optional, repeat, sequence, text } from './expression.ts'
import { blank, gap } from './json-text.ts'
import type { Rules } from './rules.ts'
import type { ArgumentMarks, PlacedTool } from './tool-arguments.ts'
import { jsonArguments, markedArguments } from './tool-arguments.ts'

/** How a grammar writes calls in one syntax; `src/decode/calls` reads them back. */
export interface CallWriter {
  /** Whether arguments stand between marks, so that no `<` may stand in their JSON. */
  readonly isMarked: boolean
  /** The marks around a block of calls. None: a block begins at once, and only at the start of an answer. */
  readonly marks: readonly BlockMarks[]
  /** What stands between them: a call of one of `tools`, or several where there is room for them and not `single`. */
  block(tools: readonly PlacedTool[], single: boolean, rules: Rules): Expression
}

export interface BlockMarks {
  readonly open: string
  readonly close: string
}

const newline = optional(text('\n'))

/** `part`, and where there may be several more of them behind `between`. */
function several(part: Expression, between: Expression, single: boolean, rules: Rules): Expression {
  if (single) return part
  const one = rules.add('call', part)
  return sequence(one, repeat(rules.add('call', sequence(between, one)), 0, Infinity))
}

/** `{"name": "f", "arguments": {…}}` */
function callObject(tools: readonly PlacedTool[], rules: Rules): Expression {
  const calls = tools.map((each) =>
    sequence(
      text(`${JSON.stringify(each.tool.name)},`),
      gap,
      text('"arguments":'),
      blank,
      jsonArguments(each, rules),
    ),
  )
  return sequence(text('{'), gap, text('"name":'), blank, choice(calls), gap, text('}'))
}

/** `[{"name": "f", "arguments": {…}}, …]` */
function callList(tools: readonly PlacedTool[], single: boolean, rules: Rules): Expression {
  const calls = several(callObject(tools, rules), sequence(text(','), gap), single, rules)
  return sequence(text('['), gap, calls, gap, text(']'))
}

const hermes: CallWriter = {
  isMarked: false,
  marks: [{ open: '<tool_call>', close: '</tool_call>' }],
  block: (tools, _single, rules) => sequence(newline, callObject(tools, rules), newline),
}

const hunyuan: CallWriter = {
  isMarked: false,
  marks: [{ open: '<tool_calls>', close: '</tool_calls>' }],
  block: (tools, single, rules) => sequence(newline, callList(tools, single, rules), newline),
}

const jsonArray: CallWriter = {
  isMarked: false,
  marks: [],
  block: (tools, single, rules) => callList(tools, single, rules),
}

/** Calls of a section, each a name and JSON arguments between marks of its own. */
function section(
  marks: BlockMarks,
  call: { readonly open: string; readonly separator: Expression; readonly close: string },
): CallWriter {
  return {
    isMarked: false,
    marks: [marks],
    block(tools, single, rules) {
      const calls = tools.map((each) =>
        sequence(
          text(call.open + each.tool.name),
          call.separator,
          jsonArguments(each, rules),
          text(call.close),
        ),
      )
      return sequence(newline, several(choice(calls), newline, single, rules), newline)
    },
  }
}

const deepseek = section(
  { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>' },
  { open: '<｜tool▁call▁begin｜>', separator: text('<｜tool▁sep｜>'), close: '<｜tool▁call▁end｜>' },
)

const kimi = section(
  { open: '<|tool_calls_section_begin|>', close: '<|tool_calls_section_end|>' },
  {
    open: '<|tool_call_begin|>functions.',
    separator: sequence(text(':'), repeat(oneOf([[0x30, 0x39]]), 1, 3), text('<|tool_call_argument_begin|>')),
    close: '<|tool_call_end|>',
  },
)

const qwenArguments: ArgumentMarks = {
  open: (key) => sequence(text('<parameter='), key, text('>')),
  end: { mark: '</parameter>', isLined: true },
  after: newline,
  isTold: false,
  notInKeys: '<>\n',
}

const qwenXml: CallWriter = {
  isMarked: true,
  marks: [{ open: '<tool_call>', close: '</tool_call>' }],
  block(tools, _single, rules) {
    const calls = tools.map((each) =>
      sequence(text(`${each.tool.name}>`), newline, markedArguments(each, qwenArguments, rules)),
    )
    return sequence(newline, text('<function='), choice(calls), text('</function>'), newline)
  },
}

const glmArguments: ArgumentMarks = {
  open: (key) => sequence(text('<arg_key>'), key, text('</arg_key>'), newline, text('<arg_value>')),
  end: { mark: '</arg_value>', isLined: false },
  after: newline,
  isTold: false,
  notInKeys: '<>\n',
}

const glm: CallWriter = {
  isMarked: true,
  marks: [{ open: '<tool_call>', close: '</tool_call>' }],
  block(tools, _single, rules) {
    const calls = tools.map((each) =>
      sequence(text(each.tool.name), newline, markedArguments(each, glmArguments, rules)),
    )
    return sequence(newline, choice(calls))
  },
}

const dsmlArguments: ArgumentMarks = {
  open: (key, is) =>
    sequence(text('<｜DSML｜parameter name="'), key, text(`" string="${String(is === 'text')}">`)),
  end: { mark: '</｜DSML｜parameter>', isLined: false },
  after: newline,
  isTold: true,
  notInKeys: '"<>\n',
}

const dsml: CallWriter = {
  isMarked: true,
  marks: ['function_calls', 'tool_calls'].map((name) => ({
    open: `<｜DSML｜${name}>`,
    close: `</｜DSML｜${name}>`,
  })),
  block(tools, single, rules) {
    const calls = tools.map((each) =>
      sequence(
        text(`<｜DSML｜invoke name="${each.tool.name}">`),
        newline,
        markedArguments(each, dsmlArguments, rules),
        text('</｜DSML｜invoke>'),
      ),
    )
    return sequence(newline, several(choice(calls), newline, single, rules), newline)
  },
}

/** Every way of writing calls that a grammar can say. */
export const callWriters: Readonly<Record<CallSyntax, CallWriter>> = {
  hermes,
  'qwen-xml': qwenXml,
  glm,
  deepseek,
  dsml,
  hunyuan,
  kimi,
  'json-array': jsonArray,
}

/** The marks of each syntax, outer and inner ones, for each of which a model may have a token. */
export const callTokens: Readonly<Record<CallSyntax, readonly string[]>> = {
  hermes: ['<tool_call>', '</tool_call>'],
  'qwen-xml': ['<tool_call>', '</tool_call>', '<function=', '</function>', '<parameter=', '</parameter>'],
  glm: ['<tool_call>', '</tool_call>', '<arg_key>', '</arg_key>', '<arg_value>', '</arg_value>'],
  deepseek: [
    '<｜tool▁calls▁begin｜>',
    '<｜tool▁call▁begin｜>',
    '<｜tool▁sep｜>',
    '<｜tool▁call▁end｜>',
    '<｜tool▁calls▁end｜>',
  ],
  dsml: ['｜DSML｜'],
  hunyuan: ['<tool_calls>', '</tool_calls>'],
  kimi: [
    '<|tool_calls_section_begin|>',
    '<|tool_call_begin|>',
    '<|tool_call_argument_begin|>',
    '<|tool_call_end|>',
    '<|tool_calls_section_end|>',
  ],
  'json-array': [],
}

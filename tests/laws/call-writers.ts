import type { Json, JsonObject } from '../../src/chat/json.ts'
import type { CallSyntax } from '../../src/chat/model.ts'

/** A call as a model means it. */
export interface Meant {
  readonly name: string
  readonly arguments: JsonObject
}

/** How each family's published chat template writes calls, one after the other. */
export const writeCalls: Readonly<Record<CallSyntax, (calls: readonly Meant[]) => string>> = {
  hermes: (calls) => calls.map((call) => `<tool_call>\n${object(call)}\n</tool_call>`).join('\n'),
  'qwen-xml': (calls) => calls.map(qwenXml).join('\n'),
  glm: (calls) => calls.map((call) => glm(call, '\n')).join('\n'),
  deepseek: (calls) =>
    `<｜tool▁calls▁begin｜>${calls
      .map(
        (call) => `<｜tool▁call▁begin｜>${call.name}<｜tool▁sep｜>${json(call.arguments)}<｜tool▁call▁end｜>`,
      )
      .join('')}<｜tool▁calls▁end｜>`,
  dsml: (calls) => `<｜DSML｜function_calls>\n${calls.map(invoke).join('\n')}\n</｜DSML｜function_calls>`,
  hunyuan: (calls) => `<tool_calls>[${calls.map(object).join(', ')}]</tool_calls>`,
  kimi: (calls) => `<|tool_calls_section_begin|>${calls.map(kimi).join('')}<|tool_calls_section_end|>`,
  'json-array': (calls) => `[${calls.map(object).join(', ')}]`,
}

/** GLM-4.7 and later leave the newlines out. */
export function glm({ name, arguments: values }: Meant, newline: string): string {
  const pairs = Object.entries(values).map(
    ([key, value]) => `<arg_key>${key}</arg_key>${newline}<arg_value>${bare(value)}</arg_value>${newline}`,
  )
  return `<tool_call>${name}${newline}${pairs.join('')}</tool_call>`
}

/** The template prints booleans and null as Python does. */
function qwenXml({ name, arguments: values }: Meant): string {
  const python = new Map<Json, string>([
    [true, 'True'],
    [false, 'False'],
    [null, 'None'],
  ])
  const parameters = Object.entries(values).map(
    ([key, value]) => `<parameter=${key}>\n${python.get(value) ?? bare(value)}\n</parameter>\n`,
  )
  return `<tool_call>\n<function=${name}>\n${parameters.join('')}</function>\n</tool_call>`
}

function invoke({ name, arguments: values }: Meant): string {
  const parameters = Object.entries(values).map(
    ([key, value]) =>
      `<｜DSML｜parameter name="${key}" string="${typeof value === 'string'}">${bare(value)}</｜DSML｜parameter>\n`,
  )
  return `<｜DSML｜invoke name="${name}">\n${parameters.join('')}</｜DSML｜invoke>`
}

function kimi({ name, arguments: values }: Meant, at: number): string {
  return `<|tool_call_begin|>functions.${name}:${at}<|tool_call_argument_begin|>${json(values)}<|tool_call_end|>`
}

function object({ name, arguments: values }: Meant): string {
  return `{"name": "${name}", "arguments": ${json(values)}}`
}

function bare(value: Json): string {
  return typeof value === 'string' ? value : json(value)
}

function json(value: Json): string {
  return JSON.stringify(value)
}

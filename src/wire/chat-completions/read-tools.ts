import type { Model } from '../../chat/model.ts'
import type { Tool, ToolUse } from '../../chat/request.ts'
import { settleTools } from '../rules/settle-tools.ts'
import type { Body, BodyTools } from './schema.ts'

const names = {
  tool: (at: number) => `tools[${at}].function.name`,
  parameters: (at: number) => `tools[${at}].function.parameters`,
  choice: 'tool_choice',
  chosen: 'tool_choice.function.name',
}

/** Reads `tools` and `tool_choice`. */
export function readTools({ tools, tool_choice: asked }: Body, model: Model): ToolUse {
  const choice = typeof asked === 'object' && asked !== null ? asked.function : (asked ?? 'auto')
  return settleTools({ tools: (tools ?? []).map(readTool), choice, names }, model)
}

function readTool({ function: { name, description, parameters, strict } }: BodyTools[number]): Tool {
  return {
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
    strict: strict ?? false,
  }
}

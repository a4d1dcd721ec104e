import { Failure } from '../../chat/failure.ts'
import type { Json } from '../../chat/json.ts'
import type { Model } from '../../chat/model.ts'
import type { Tool, ToolUse } from '../../chat/request.ts'
import { show } from '../../schema/find-fault.ts'
import { invalid, refused } from '../refusals.ts'
import type { Body, BodyTools } from './schema.ts'

/** Reads `tools` and `tool_choice`. Whatever would need a grammar is refused until there is one to keep the promise. */
export function readTools({ tools, tool_choice: choice }: Body, model: Model): ToolUse {
  if (typeof choice === 'object' && choice !== null) {
    throw refused('tool_choice', 'Value error, Specifying functions for tool_choice is not yet supported.')
  }
  if (choice === 'required') {
    throw refused('tool_choice', 'Value error, The `required` option for tool_choice is not yet supported.')
  }
  if (!tools || tools.length === 0) return { mode: 'none' }
  if (!model.calls) {
    throw new Failure('calls-unsupported', 'Function call is not supported for this model.', {
      field: 'tools',
    })
  }
  const read = tools.map(readTool)
  checkNames(read)
  return choice === 'none' ? { mode: 'none' } : { mode: 'auto', tools: read }
}

function readTool({ function: tool }: BodyTools[number], at: number): Tool {
  const path = `tools[${at}].function`
  if (tool.strict) throw invalid(`${path}.strict`, 'must be false: it is not enforced yet')
  const parameters = tool.parameters ?? { type: 'object', properties: {} }
  if (isDeeper(parameters, deepest))
    throw invalid(`${path}.parameters`, `must be nested at most ${deepest} deep`)
  return { name: tool.name, description: tool.description ?? '', parameters }
}

function checkNames(tools: readonly Tool[]): void {
  const names = new Set<string>()
  tools.forEach(({ name }, at) => {
    if (names.has(name))
      throw invalid(`tools[${at}].function.name`, `must be a name of its own, got ${show(name)} again`)
    names.add(name)
  })
}

/** No schema of use is deeper, and whoever writes it out again may recurse. */
const deepest = 64

/** Whether lists and objects stand more than `depth` deep. Goes level by level, never down the stack. */
function isDeeper(value: Json, depth: number): boolean {
  let level = [value]
  for (let at = 0; at < depth && level.length > 0; at++) level = level.flatMap(inside)
  return level.length > 0
}

/** The lists and objects that stand in a value. */
function inside(value: Json): Json[] {
  const within: readonly Json[] = typeof value === 'object' && value !== null ? Object.values(value) : []
  return within.filter((one) => typeof one === 'object' && one !== null)
}

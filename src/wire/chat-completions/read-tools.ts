import { Failure } from '../../chat/failure.ts'
import type { Json } from '../../chat/json.ts'
import type { Model } from '../../chat/model.ts'
import type { Tool, ToolUse } from '../../chat/request.ts'
import { show } from '../../schema/find-fault.ts'
import { invalid } from '../refusals.ts'
import type { Body, BodyTools } from './schema.ts'

type BodyChoice = Exclude<NonNullable<Body['tool_choice']>, string>

/** Reads `tools` and `tool_choice`. */
export function readTools({ tools, tool_choice: choice }: Body, model: Model): ToolUse {
  if (!tools || tools.length === 0) {
    if (!choice || choice === 'none' || choice === 'auto') return { mode: 'none' }
    throw invalid('tool_choice', `must be "none" or "auto" where no tools are given`)
  }
  if (model.calls === 'never') {
    throw new Failure('calls-unsupported', 'Function call is not supported for this model.', {
      field: 'tools',
    })
  }
  const read = tools.map(readTool)
  checkNames(read)
  if (typeof choice === 'object' && choice !== null)
    return { mode: 'one', tool: readChoice(choice, read), tools: read }
  return choice === 'none' ? { mode: 'none' } : { mode: choice ?? 'auto', tools: read }
}

function readChoice({ function: { name } }: BodyChoice, tools: readonly Tool[]): Tool {
  const tool = tools.find((one) => one.name === name)
  if (tool) return tool
  throw invalid('tool_choice.function.name', `must be the name of one of the tools, got ${show(name)}`)
}

function readTool({ function: tool }: BodyTools[number], at: number): Tool {
  const path = `tools[${at}].function`
  const parameters = tool.parameters ?? { type: 'object', properties: {} }
  if (isDeeper(parameters, deepest))
    throw invalid(`${path}.parameters`, `must be nested at most ${deepest} deep`)
  return { name: tool.name, description: tool.description ?? '', parameters, strict: tool.strict ?? false }
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

import { Failure } from '../../chat/failure.ts'
import type { Json } from '../../chat/json.ts'
import type { Model } from '../../chat/model.ts'
import type { Tool, ToolUse } from '../../chat/request.ts'
import { show } from '../../schema/find-fault.ts'
import { invalid } from '../refusals.ts'

/** What the caller says of tools, and what the fields are called. */
export interface ToolsAsked {
  readonly tools: readonly Tool[]
  /** An object names the one tool that must be called. */
  readonly choice: 'none' | 'auto' | 'required' | { readonly name: string }
  readonly names: {
    readonly tool: (at: number) => string
    readonly parameters: (at: number) => string
    readonly choice: string
    readonly chosen: string
  }
}

/** Which tools the model is told of, and whether it must call them. */
export function settleTools({ tools, choice, names }: ToolsAsked, model: Model): ToolUse {
  if (tools.length === 0) {
    if (choice === 'none' || choice === 'auto') return { mode: 'none' }
    throw invalid(names.choice, `must be "none" or "auto" where no tools are given`)
  }
  if (model.calls === 'never') {
    throw new Failure('calls-unsupported', 'Function call is not supported for this model.', {
      field: 'tools',
    })
  }
  checkTools(tools, names)
  if (typeof choice === 'object') return { mode: 'one', tool: chosen(choice, tools, names), tools }
  return choice === 'none' ? { mode: 'none' } : { mode: choice, tools }
}

function chosen({ name }: { name: string }, tools: readonly Tool[], names: ToolsAsked['names']): Tool {
  const tool = tools.find((one) => one.name === name)
  if (tool) return tool
  throw invalid(names.chosen, `must be the name of one of the tools, got ${show(name)}`)
}

/** No schema of use is deeper, and whoever writes it out again may recurse. */
const deepest = 64

function checkTools(tools: readonly Tool[], names: ToolsAsked['names']): void {
  const known = new Set<string>()
  for (const [at, { name, parameters }] of tools.entries()) {
    if (isDeeper(parameters, deepest))
      throw invalid(names.parameters(at), `must be nested at most ${deepest} deep`)
    if (known.has(name)) throw invalid(names.tool(at), `must be a name of its own, got ${show(name)} again`)
    known.add(name)
  }
}

/** Whether lists and objects stand more than `depth` deep. Goes no deeper itself. */
function isDeeper(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  const within: readonly Json[] = Object.values(value)
  return depth === 0 || within.some((one) => isDeeper(one, depth - 1))
}

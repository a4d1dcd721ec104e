import type { Failure } from '../../chat/failure.ts'
import type { Model } from '../../chat/model.ts'
import type { ChatRequest, Output, Thinking, Tool, ToolUse } from '../../chat/request.ts'
import { findFault } from '../../schema/find-fault.ts'
import { readJson } from '../read-json.ts'
import { invalid, refuseFault, refused } from '../refusals.ts'
import type { Circumstances } from '../rules/circumstances.ts'
import { refuseLong } from '../rules/compat.ts'
import { type Find, findModel } from '../rules/find-model.ts'
import { isAgent } from '../rules/is-agent.ts'
import { settleLimits } from '../rules/settle-limits.ts'
import { settleOutput } from '../rules/settle-output.ts'
import { settleSampling } from '../rules/settle-sampling.ts'
import { refuseThought, settleEffort, settleThinking } from '../rules/settle-thinking.ts'
import { settleTools } from '../rules/settle-tools.ts'
import { readMessages } from './read-messages.ts'
import { type Body, bodySchema, bodyShape } from './schema.ts'

/**
 * Reads the body of a request in the shape of Anthropic's Messages against its model's row, as the reader of chat
 * completions does: what we cannot promise is refused, never quietly dropped.
 * Throws a `Failure` that names the first field at fault; `find` is asked once the body's `model` is a text.
 */
export function readRequest(body: Uint8Array, find: Find, { compat, userAgent }: Circumstances): ChatRequest {
  const value = readJson(body)
  const model = findModel(value, find, refuseShape)
  if (!bodyShape.Check(value)) throw refuseShape(value)
  refuseUnkept(value)
  if (compat === 'documented') refuseUndocumented(value)
  const tools = readTools(value, model)
  const { messages, begun, begunField } = readMessages(value, model)
  const goesOn = begun.text !== '' && begun.reasoning === ''
  const thinking = readThinking(value, model, tools, userAgent, goesOn)
  if (goesOn) refuseThought(begunField, thinking)
  return {
    model,
    messages,
    sampling: settleSampling(value, model),
    stop: value.stop_sequences ?? [],
    thinking,
    ...settleLimits('max_tokens', value.max_tokens ?? null, model),
    tools,
    parallelCalls: !isOneByOne(value),
    output: settleOutput('output_config.format', readOutput(value), model),
    bias: [],
    logprobs: null,
    choices: 1,
    begun,
    suffix: '',
    reply: value.stream ? { kind: 'stream', usageChunk: false } : { kind: 'whole' },
  }
}

function refuseShape(value: unknown): Failure {
  return refuseFault(findFault(bodySchema, value))
}

/** Fields that would change the answer and have no meaning here, with what to do instead. */
const unkept = {
  n: 'one answer is given',
  stop: 'use stop_sequences',
  enable_thinking: 'use thinking',
  thinking_budget: 'use thinking.budget_tokens',
  reasoning_effort: 'use output_config.effort',
  response_format: 'use output_config.format',
  prefix: 'let the last message be the assistant’s',
  suffix: 'use /v1/chat/completions',
  thread: 'send the whole conversation each time',
  container: 'nothing is run here',
  mcp_servers: 'no server is called from here',
} as const

function refuseUnkept(body: Body): void {
  const fields: Readonly<Record<string, unknown>> = body
  for (const [field, instead] of Object.entries(unkept)) {
    const said = Object.hasOwn(fields, field) ? fields[field] : null
    const empty = said === null || (Array.isArray(said) && said.length === 0)
    if (!empty) throw invalid(field, `does not exist in this API: ${instead}`)
  }
}

/** Refuses what the service refuses, or rules out in its reference, and Anthropic's clients send. */
function refuseUndocumented({ messages, thinking }: Body): void {
  refuseLong(messages)
  if (thinking?.type === 'adaptive')
    throw refused('thinking.type', 'thinking type should be enabled or disabled')
}

const toolNames = {
  tool: (at: number) => `tools[${at}].name`,
  parameters: (at: number) => `tools[${at}].input_schema`,
  choice: 'tool_choice.type',
  chosen: 'tool_choice.name',
}

function readTools({ tools, tool_choice: choice }: Body, model: Model): ToolUse {
  return settleTools(
    { tools: (tools ?? []).map(readTool), choice: readChoice(choice ?? null), names: toolNames },
    model,
  )
}

function readTool({ name, description, input_schema, strict }: NonNullable<Body['tools']>[number]): Tool {
  return { name, description: description ?? '', parameters: input_schema, strict: strict ?? false }
}

function readChoice(choice: NonNullable<Body['tool_choice']> | null) {
  if (choice?.type === 'tool') return choice
  return choice?.type === 'any' ? 'required' : (choice?.type ?? 'auto')
}

function isOneByOne({ tool_choice: choice }: Body): boolean {
  return choice?.type !== 'none' && (choice?.disable_parallel_tool_use ?? false)
}

const thinkingNames = { on: 'thinking.type', off: '"disabled"', budget: 'thinking.budget_tokens' }

/**
 * `thinking` may be said of every model, and is refused where the model cannot do as it is told. Who lets the answer go
 * on with a text and says nothing of thought wants none before it.
 */
function readThinking(
  { thinking: asked, output_config: config, tools: named }: Body,
  model: Model,
  tools: ToolUse,
  userAgent: string,
  goesOn: boolean,
): Thinking {
  const { kind } = model.thinking
  if (asked?.type === 'enabled' && kind === 'never')
    throw invalid('thinking.type', 'must be "disabled" for this model, which never thinks')
  if (asked?.type === 'disabled' && kind === 'always')
    throw invalid('thinking.type', 'must be "enabled" for this model, which always thinks')
  // Agents name an effort that nobody chose, and the service gives them its own.
  const agent = isAgent(
    userAgent,
    (named ?? []).map(({ name }) => name),
  )
  const effort = settleEffort(agent ? null : (config?.effort ?? null), model, agent)
  const budget = asked?.type === 'enabled' ? (asked.budget_tokens ?? null) : null
  const on = readSwitch(asked ?? null, goesOn)
  return settleThinking({ on, budget, names: thinkingNames }, model, tools, effort)
}

function readSwitch(asked: NonNullable<Body['thinking']> | null, goesOn: boolean) {
  if (asked?.type === 'enabled') return true
  if (asked?.type === 'disabled' || goesOn) return false
  return asked === null ? null : 'may'
}

function readOutput({ output_config: config }: Body): Output {
  return config?.format ? { kind: 'schema', schema: config.format.schema } : { kind: 'text' }
}

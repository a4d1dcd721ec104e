import type { Failure } from '../../chat/failure.ts'
import type { Model } from '../../chat/model.ts'
import type { ChatRequest, Output, Thinking, ToolUse } from '../../chat/request.ts'
import { findFault } from '../../schema/find-fault.ts'
import { invalid, refused, refuseFault } from '../refusals.ts'
import { readJson } from '../read-json.ts'
import type { Circumstances } from '../rules/circumstances.ts'
import { refuseLong } from '../rules/compat.ts'
import { type Find, findModel } from '../rules/find-model.ts'
import { isAgent } from '../rules/is-agent.ts'
import { settleBias } from '../rules/settle-bias.ts'
import { settleLimits } from '../rules/settle-limits.ts'
import { refuseGap } from '../rules/refuse-gap.ts'
import { settleOutput } from '../rules/settle-output.ts'
import { settleReply } from '../rules/settle-reply.ts'
import { settleSampling } from '../rules/settle-sampling.ts'
import { settleStop } from '../rules/settle-stop.ts'
import { refuseThought, settleEffort, settleThinking } from '../rules/settle-thinking.ts'
import { readMessages } from './read-messages.ts'
import { readTools } from './read-tools.ts'
import { type Body, bodySchema, bodyShape } from './schema.ts'

/**
 * Reads the body of a request against its model's row: everything the caller left out is settled here. What we cannot
 * promise is refused, never quietly dropped.
 * Throws a `Failure` that names the first field at fault; `find` is asked once the body's `model` is a text.
 */
export function readRequest(body: Uint8Array, find: Find, circumstances: Circumstances): ChatRequest {
  return readValue(readJson(body), find, circumstances)
}

/** The same of a body that is JSON already. */
export function readValue(value: unknown, find: Find, { compat, userAgent }: Circumstances): ChatRequest {
  const model = findModel(value, find, refuseShape)
  if (!bodyShape.Check(value)) throw refuseShape(value)
  if (compat === 'documented') refuseUndocumented(value)
  const tools = readTools(value, model)
  const thinking = readThinking(value, model, tools, userAgent)
  return {
    model,
    messages: readMessages(value.messages, model),
    sampling: settleSampling(value, model),
    stop: settleStop(value.stop),
    thinking,
    ...readLimits(value, model),
    tools,
    parallelCalls: value.parallel_tool_calls ?? true,
    output: settleOutput('response_format', readOutput(value), model),
    bias: settleBias(value.logit_bias ?? {}),
    logprobs: readLogprobs(value),
    choices: value.n ?? 1,
    ...readGap(value, model, thinking),
    reply: settleReply(value),
  }
}

function refuseShape(value: unknown): Failure {
  const fault = findFault(bodySchema, value)
  const choice = fault.path[0] === 'tool_choice'
  return choice ? refused('tool_choice', "Input should be 'none', 'auto' or 'required'") : refuseFault(fault)
}

/** What the reference asks for at least. */
const leastBudget = 128

/** Refuses what the reference rules out and the service takes all the same. */
function refuseUndocumented({ messages, thinking_budget: budget }: Body): void {
  refuseLong(messages)
  if (typeof budget === 'number' && budget < leastBudget)
    throw invalid('thinking_budget', `must be an integer between ${leastBudget} and 32768, got ${budget}`)
}

function readThinking(body: Body, model: Model, tools: ToolUse, userAgent: string): Thinking {
  if (typeof body.enable_thinking === 'boolean' && model.thinking.kind !== 'switch') {
    throw refused(
      'enable_thinking',
      'Value error, current model does not support parameter `enable_thinking`.',
    )
  }
  const toolNames = (body.tools ?? []).map((tool) => tool.function.name)
  const effort = settleEffort(body.reasoning_effort ?? null, model, isAgent(userAgent, toolNames))
  const names = { on: 'enable_thinking', off: 'false', budget: 'thinking_budget' }
  const asked = { on: body.enable_thinking ?? null, budget: body.thinking_budget ?? null, names }
  return settleThinking(asked, model, tools, effort)
}

function readLimits(body: Body, model: Model): Pick<ChatRequest, 'answerLimit' | 'leastRoom'> {
  const field = typeof body.max_tokens === 'number' ? 'max_tokens' : 'max_completion_tokens'
  return settleLimits(field, body[field] ?? null, model)
}

function readOutput({ response_format: format }: Body): Output {
  if (!format || format.type === 'text') return { kind: 'text' }
  return format.type === 'json_object'
    ? { kind: 'json' }
    : { kind: 'schema', schema: format.json_schema.schema }
}

function readLogprobs({ logprobs, top_logprobs: top }: Body): number | null {
  if (logprobs) return top ?? 0
  if (typeof top === 'number') throw invalid('top_logprobs', 'needs logprobs to be true')
  return null
}

function readGap(body: Body, model: Model, thinking: Thinking): Pick<ChatRequest, 'begun' | 'suffix'> {
  const { prefix, suffix } = body
  const field = suffix ? 'suffix' : 'prefix'
  if (suffix || prefix) refuseThought(field, thinking)
  refuseGap(suffix ?? '', model)
  if (suffix && body.tools?.length) throw invalid('tools', 'must be empty where a suffix is given')
  return { begun: { reasoning: '', text: prefix ?? '', calls: [] }, suffix: suffix ?? '' }
}

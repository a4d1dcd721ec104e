import { Failure } from '../../chat/failure.ts'
import type { Model } from '../../chat/model.ts'
import type { ChatRequest, Effort, Output, Reply, Sampling, Thinking, ToolUse } from '../../chat/request.ts'
import { findFault } from '../../schema/find-fault.ts'
import { invalid, refused, refuseFault } from '../refusals.ts'
import { readJson } from '../read-json.ts'
import { type Compat, refuseUndocumented } from './compat.ts'
import { isAgent } from './is-agent.ts'
import { readMessages } from './read-messages.ts'
import { readTools } from './read-tools.ts'
import { type Body, bodySchema, bodyShape } from './schema.ts'

/** What is known of a request besides its body. */
export interface Circumstances {
  readonly compat: Compat
  /** The `User-Agent` header, empty where none came. */
  readonly userAgent: string
}

/**
 * Reads the body of a request against its model's row: everything the caller left out is settled here. What we cannot
 * promise is refused, never quietly dropped.
 * Throws a `Failure` that names the first field at fault; `find` is asked once the body's `model` is a text.
 */
export function readRequest(
  body: Uint8Array,
  find: (id: string) => Model | undefined,
  { compat, userAgent }: Circumstances,
): ChatRequest {
  const value = readJson(body)
  const model = findModel(value, find)
  if (!bodyShape.Check(value)) throw refuseShape(value)
  if (compat === 'documented') refuseUndocumented(value)
  refuseUnkept(value)
  const tools = readTools(value, model)
  const thinking = readThinking(value, model, tools, userAgent)
  return {
    model,
    messages: readMessages(value.messages, model),
    sampling: readSampling(value, model),
    stop: typeof value.stop === 'string' ? [value.stop] : (value.stop ?? []),
    thinking,
    ...readLimits(value, model),
    tools,
    output: readOutput(value, model),
    choices: value.n ?? 1,
    ...readGap(value, model, thinking),
    reply: readReply(value),
  }
}

function findModel(value: unknown, find: (id: string) => Model | undefined): Model {
  if (typeof value !== 'object' || value === null || !('model' in value) || typeof value.model !== 'string') {
    throw refuseShape(value)
  }
  if (value.model === '') throw refused('model', 'The parameter is invalid. Please check again.')
  const model = find(value.model)
  if (model) return model
  throw new Failure('unknown-model', 'Model does not exist. Please check it carefully.', { field: 'model' })
}

function refuseShape(value: unknown): Failure {
  const fault = findFault(bodySchema, value)
  const choice = fault.path[0] === 'tool_choice'
  return choice ? refused('tool_choice', "Input should be 'none', 'auto' or 'required'") : refuseFault(fault)
}

/** Refuses what would be accepted and then not kept. */
function refuseUnkept(body: Body): void {
  if (body.logprobs) throw invalid('logprobs', 'must be false: log probabilities are not supported')
  if (Object.keys(body.logit_bias ?? {}).length > 0)
    throw invalid('logit_bias', 'must be empty: it is not supported')
}

function readThinking(body: Body, model: Model, tools: ToolUse, userAgent: string): Thinking {
  const { thinking } = model
  if (typeof body.enable_thinking === 'boolean' && thinking.kind !== 'switch') {
    throw refused(
      'enable_thinking',
      'Value error, current model does not support parameter `enable_thinking`.',
    )
  }
  if (thinking.kind === 'never') return { mode: 'off' }
  const { byDefault, max } = thinking.budget
  const budget = body.thinking_budget ?? byDefault
  if (budget > max)
    throw invalid('thinking_budget', `must be between 1 and ${max} for this model, got ${budget}`)
  const callsOnly = model.calls === 'without-thinking' && tools.mode !== 'none'
  if (callsOnly && body.enable_thinking)
    throw invalid('enable_thinking', 'must be false for this model where tools are given')
  const on = thinking.kind === 'always' || (body.enable_thinking ?? (thinking.byDefault && !callsOnly))
  return on ? { mode: 'on', budget, effort: readEffort(body, model, userAgent) } : { mode: 'off' }
}

/** Only two efforts exist; the others are names for them. */
const levels = { low: 'high', medium: 'high', high: 'high', xhigh: 'max', max: 'max' } as const

/** A model without a choice of efforts is asked for none, and so the field is ignored as the service does. */
function readEffort({ reasoning_effort: effort, tools }: Body, model: Model, userAgent: string): Effort {
  if (model.effort.kind === 'none') return { level: 'high', because: 'default' }
  if (effort) return { level: levels[effort], because: 'asked' }
  const names = (tools ?? []).map((tool) => tool.function.name)
  return isAgent(userAgent, names)
    ? { level: model.effort.agents, because: 'agent' }
    : { level: model.effort.byDefault, because: 'default' }
}

function readLimits(body: Body, { answerLimit }: Model): Pick<ChatRequest, 'answerLimit' | 'leastRoom'> {
  const field = typeof body.max_tokens === 'number' ? 'max_tokens' : 'max_completion_tokens'
  const named = body[field] ?? null
  if (named === null) return { answerLimit: answerLimit.byDefault, leastRoom: 1 }
  if (named > answerLimit.max)
    throw invalid(field, `must be between 1 and ${answerLimit.max} for this model, got ${named}`)
  return { answerLimit: named, leastRoom: named }
}

function readSampling(body: Body, { sampling, minP }: Model): Sampling {
  return {
    temperature: body.temperature ?? sampling.temperature,
    topP: body.top_p ?? sampling.topP,
    topK: Math.max(body.top_k ?? sampling.topK, 0),
    minP: (minP ? body.min_p : null) ?? sampling.minP,
    frequencyPenalty: body.frequency_penalty ?? sampling.frequencyPenalty,
    presencePenalty: body.presence_penalty ?? sampling.presencePenalty,
    seed: body.seed ?? sampling.seed,
  }
}

function readOutput({ response_format: format }: Body, model: Model): Output {
  if (!format || format.type === 'text') return { kind: 'text' }
  if (!model.json)
    throw new Failure('json-unsupported', 'Json mode is not supported for this model.', {
      field: 'response_format',
    })
  return format.type === 'json_object'
    ? { kind: 'json' }
    : { kind: 'schema', schema: format.json_schema.schema }
}

/** The service continues a `prefix`, and fills a gap before `suffix`, only where no thought would have to come before. */
function readGap(body: Body, { dialect }: Model, thinking: Thinking): Pick<ChatRequest, 'begun' | 'suffix'> {
  const { prefix, suffix } = body
  const field = suffix ? 'suffix' : 'prefix'
  if ((suffix || prefix) && thinking.mode === 'on') throw invalid(field, 'needs thinking off')
  if (suffix && dialect.infill === null)
    throw invalid('suffix', 'must be empty: this model has not learned to fill in the middle')
  if (suffix && body.tools?.length) throw invalid('tools', 'must be empty where a suffix is given')
  return { begun: { reasoning: '', text: prefix ?? '', calls: [] }, suffix: suffix ?? '' }
}

function readReply(body: Body): Reply {
  return body.stream
    ? { kind: 'stream', usageChunk: body.stream_options?.include_usage ?? false }
    : { kind: 'whole' }
}

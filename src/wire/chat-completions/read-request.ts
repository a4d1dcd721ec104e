import { Failure } from '../../chat/failure.ts'
import type { Model } from '../../chat/model.ts'
import type { ChatRequest, Output, Reply, Sampling, Thinking } from '../../chat/request.ts'
import { findFault } from '../../schema/find-fault.ts'
import { invalid, refused, refuseFault } from '../refusals.ts'
import { readJson } from '../read-json.ts'
import { readMessages } from './read-messages.ts'
import { readTools } from './read-tools.ts'
import { type Body, bodySchema, bodyShape } from './schema.ts'

/**
 * Reads the body of a request against its model's row: everything the caller left out is settled here. What we cannot
 * yet promise is refused, never quietly dropped.
 * Throws a `Failure` that names the first field at fault; `find` is asked once the body's `model` is a text.
 */
export function readRequest(body: Uint8Array, find: (id: string) => Model | undefined): ChatRequest {
  const value = readJson(body)
  const model = findModel(value, find)
  if (!bodyShape.Check(value)) throw refuseShape(value)
  refuseUnkept(value)
  const thinking = readThinking(value, model)
  return {
    model,
    messages: readMessages(value.messages),
    sampling: readSampling(value, model),
    stop: typeof value.stop === 'string' ? [value.stop] : (value.stop ?? []),
    thinking,
    answerLimit: readAnswerLimit(value, model),
    tools: readTools(value, model),
    output: readOutput(value, model),
    choices: value.n ?? 1,
    begun: { reasoning: '', text: readPrefix(value, thinking), calls: [] },
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
  if (body.suffix) throw invalid('suffix', 'must be empty: filling in the middle is not supported')
}

function readThinking(body: Body, { thinking }: Model): Thinking {
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
  const on = thinking.kind === 'always' || (body.enable_thinking ?? thinking.byDefault)
  return on ? { mode: 'on', budget, effort: readEffort(body) } : { mode: 'off' }
}

function readEffort({ reasoning_effort: effort }: Body): 'high' | 'max' {
  return effort === 'max' || effort === 'xhigh' ? 'max' : 'high'
}

function readAnswerLimit(body: Body, { answerLimit: { byDefault, max } }: Model): number {
  const field = typeof body.max_tokens === 'number' ? 'max_tokens' : 'max_completion_tokens'
  const limit = body[field] ?? byDefault
  if (limit > max) throw invalid(field, `must be between 1 and ${max} for this model, got ${limit}`)
  return limit
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
  switch (format?.type) {
    case 'json_schema':
      throw invalid('response_format', 'of type json_schema is not enforced yet; use json_object or text')
    case 'json_object':
      if (model.json) return { kind: 'json' }
      throw new Failure('json-unsupported', 'Json mode is not supported for this model.', {
        field: 'response_format',
      })
    case 'text':
    case undefined:
      return { kind: 'text' }
  }
}

/** The service continues a `prefix` only where no thought would have to come before it. */
function readPrefix({ prefix }: Body, thinking: Thinking): string {
  if (prefix && thinking.mode === 'on') throw invalid('prefix', 'needs thinking off')
  return prefix ?? ''
}

function readReply(body: Body): Reply {
  return body.stream
    ? { kind: 'stream', usageChunk: body.stream_options?.include_usage ?? false }
    : { kind: 'whole' }
}

import type { ChatRequest } from '../../chat/request.ts'
import { findFault } from '../../schema/find-fault.ts'
import { readJson } from '../read-json.ts'
import { invalid, refuseFault } from '../refusals.ts'
import { type Find, findModel } from '../rules/find-model.ts'
import { refuseGap } from '../rules/refuse-gap.ts'
import { settleBias } from '../rules/settle-bias.ts'
import { settleLimits } from '../rules/settle-limits.ts'
import { settleReply } from '../rules/settle-reply.ts'
import { settleSampling } from '../rules/settle-sampling.ts'
import { settleStop } from '../rules/settle-stop.ts'
import { type Body, bodySchema, bodyShape } from './schema.ts'

/** `opening`: the prompt where `echo` asks for it before the answer, else empty. */
export interface CompletionRequest {
  readonly chat: ChatRequest
  readonly opening: string
}

/**
 * Reads the body of a request for the continuation of a text: a `ChatRequest` without messages, whose answer has begun
 * with the prompt. No chat template, no thought and no functions.
 * Throws a `Failure` that names the first field at fault; `find` is asked once the body's `model` is a text.
 */
export function readRequest(body: Uint8Array, find: Find): CompletionRequest {
  return readValue(readJson(body), find)
}

/** The same of a body that is JSON already. */
export function readValue(value: unknown, find: Find): CompletionRequest {
  const model = findModel(value, find, refuseShape)
  if (!bodyShape.Check(value)) throw refuseShape(value)
  refuseUnkept(value)
  const suffix = value.suffix ?? ''
  refuseGap(suffix, model)
  const text = typeof value.prompt === 'string' ? value.prompt : (value.prompt[0] ?? '')
  if (text === '' && suffix === '') throw invalid('prompt', 'must not be empty where no suffix is given')
  return {
    chat: {
      model,
      messages: [],
      sampling: settleSampling(value, model),
      stop: settleStop(value.stop),
      thinking: { mode: 'off' },
      ...settleLimits('max_tokens', value.max_tokens ?? null, model),
      tools: { mode: 'none' },
      parallelCalls: true,
      output: { kind: 'text' },
      bias: settleBias(value.logit_bias ?? {}),
      logprobs: null,
      choices: value.n ?? 1,
      begun: { reasoning: '', text, calls: [] },
      suffix,
      reply: settleReply(value),
    },
    opening: value.echo ? text : '',
  }
}

function refuseShape(value: unknown) {
  return refuseFault(findFault(bodySchema, value))
}

/** Refuses what would be accepted and then not kept. */
function refuseUnkept({ logprobs, best_of: best, n, echo, suffix }: Body): void {
  if (typeof logprobs === 'number') throw invalid('logprobs', 'must be null: it is not supported here')
  if (typeof best === 'number' && best !== (n ?? 1))
    throw invalid('best_of', `must be n, which is ${n ?? 1}: every choice is given`)
  if (echo && suffix) throw invalid('echo', 'must be false where a suffix is given')
}

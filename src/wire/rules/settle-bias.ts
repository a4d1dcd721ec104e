import type { JsonObject } from '../../chat/json.ts'
import type { TokenBias } from '../../chat/request.ts'
import { show } from '../../schema/find-fault.ts'
import { invalid } from '../refusals.ts'

/** Each is added up at every token. */
const most = 1024

/** The biases of `logit_bias`. Whether the model has such tokens only its engine knows. */
export function settleBias(asked: JsonObject): readonly TokenBias[] {
  const entries = Object.entries(asked)
  if (entries.length > most)
    throw invalid('logit_bias', `must have at most ${most} entries, got ${entries.length}`)
  return entries.map(([id, bias]) => {
    if (!/^(0|[1-9]\d{0,8})$/.test(id))
      throw invalid('logit_bias', `must have ids of tokens as keys, got ${show(id)}`)
    if (typeof bias !== 'number' || bias < -100 || bias > 100)
      throw invalid(`logit_bias.${id}`, `must be a number between -100 and 100, got ${show(bias)}`)
    return { token: Number(id), bias }
  })
}

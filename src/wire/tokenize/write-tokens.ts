import type { PromptTokens } from '../../chat/engine.ts'
import { invalid } from '../refusals.ts'
import type { TokenizeRequest } from './read-request.ts'

/** The body of the answer, named as vLLM names its own. Throws where ids are asked for and the engine tells none. */
export function writeTokens({ chat, ids: asked }: TokenizeRequest, { count, ids }: PromptTokens): string {
  if (asked && ids.length < count)
    throw invalid(
      'return_token_ids',
      "must be false for this model: its engine tells only the tokens' number",
    )
  return JSON.stringify({ count, max_model_len: chat.model.contextLength, ...(asked ? { tokens: ids } : {}) })
}

import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { ChatRequest } from '../../chat/request.ts'
import { findFault } from '../../schema/find-fault.ts'
import { readValue as readChat } from '../chat-completions/read-request.ts'
import { readValue as readCompletion } from '../completions/read-request.ts'
import { readJson } from '../read-json.ts'
import { invalid, refuseFault } from '../refusals.ts'
import type { Circumstances } from '../rules/circumstances.ts'
import { maybe } from '../rules/fields.ts'
import type { Find } from '../rules/find-model.ts'

/** `ids`: whether the tokens themselves are asked for, not only their number. */
export interface TokenizeRequest {
  readonly chat: ChatRequest
  readonly ids: boolean
}

/** What the body has beside that of the request which is counted. */
export const bodySchema = Type.Object({ return_token_ids: maybe(Type.Boolean()) })
const bodyShape = Compile(bodySchema)

/**
 * Reads the body of `POST /v1/tokenize`: that of a chat completion, which has `messages`, or of a completion, which has
 * a `prompt`. Its tokens are those that the same body would have read there. Throws as their readers do.
 */
export function readRequest(body: Uint8Array, find: Find, circumstances: Circumstances): TokenizeRequest {
  const value = readJson(body)
  if (!bodyShape.Check(value)) throw refuseFault(findFault(bodySchema, value))
  const fields: object = value
  if ('prompt' in fields && 'messages' in fields)
    throw invalid('prompt', 'must not be given beside messages: one of the two is counted')
  const chat = 'prompt' in fields ? readCompletion(value, find).chat : readChat(value, find, circumstances)
  return { chat, ids: value.return_token_ids ?? false }
}

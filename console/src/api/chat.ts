import { readSse } from '../../../src/read-sse.ts'
import { ApiError, send, traceIdOf } from './client.ts'

/** The body of `POST /v1/chat/completions`, as far as this page writes it. */
export interface ChatBody {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly [field: string]: unknown
}

export type ChatMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: string | readonly UserPart[] }
  | { readonly role: 'assistant'; readonly content: string; readonly tool_calls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string }

export type UserPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } }

export interface ToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number }
  readonly prompt_tokens_details?: { readonly cached_tokens?: number }
}

/** What an answer says, in the order in which it says it. */
export type Piece =
  | { readonly kind: 'head'; readonly traceId: string }
  | { readonly kind: 'said'; readonly choice: number; readonly said: Said; readonly finish: string | null }
  | { readonly kind: 'usage'; readonly usage: Usage }

/** A delta of a stream, or the message of a whole answer: the one has of each field a piece, the other all. */
export interface Said {
  readonly content?: string | null
  readonly reasoning_content?: string | null
  readonly tool_calls?: readonly SaidCall[] | null
}

interface SaidCall {
  readonly index?: number
  readonly id?: string | null
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null }
}

interface Chunk {
  readonly choices: readonly {
    readonly index: number
    readonly delta?: Said
    readonly message?: Said
    readonly finish_reason: string | null
  }[]
  readonly usage?: Usage | null
  /** An error that ended the stream. */
  readonly code?: number
  readonly message?: string
}

/** Asks a model, streamed or whole as the body says. Throws an `ApiError`, also where the stream breaks off. */
export async function* askModel(body: ChatBody, signal: AbortSignal): AsyncGenerator<Piece, void> {
  const response = await send('POST', '/v1/chat/completions', { body: JSON.stringify(body), signal })
  const traceId = traceIdOf(response)
  yield { kind: 'head', traceId }
  if (body['stream'] !== true || response.body === null) {
    const answer: Chunk = await response.json()
    yield* readChunk(answer)
    return
  }
  for await (const events of readSse(response.body)) {
    for (const data of events) {
      if (data === '[DONE]') return
      const chunk: Chunk = JSON.parse(data)
      if (chunk.message !== undefined) throw new ApiError(response.status, chunk.message, '', traceId)
      yield* readChunk(chunk)
    }
  }
  throw new ApiError(response.status, 'The answer broke off.', '', traceId)
}

function* readChunk({ choices, usage }: Chunk): Generator<Piece, void> {
  for (const { index, delta, message, finish_reason: finish } of choices) {
    const said = delta ?? message
    if (said !== undefined) yield { kind: 'said', choice: index, said, finish }
  }
  if (usage) yield { kind: 'usage', usage }
}

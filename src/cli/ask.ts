import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Failure } from '../chat/failure.ts'
import { readSse } from '../read-sse.ts'

/** A running Silica, or another server of the same API. */
export interface Server {
  /** Without `/v1` and without a slash at its end. */
  readonly url: string
  readonly key: string
}

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface Question {
  readonly model: string
  readonly messages: readonly Turn[]
  /** `default`: the field is not sent, as some models refuse it. */
  readonly thinking: 'on' | 'off' | 'default'
  /** `default`: as the model's row says. */
  readonly answerLimit: number | 'default'
}

export type Said =
  | { readonly kind: 'thought' | 'answer'; readonly text: string }
  | { readonly kind: 'end'; readonly reason: string }

const chunkSchema = Type.Object({
  choices: Type.Array(
    Type.Object({
      delta: Type.Object({
        content: Type.Optional(Type.Union([Type.Null(), Type.String()])),
        reasoning_content: Type.Optional(Type.Union([Type.Null(), Type.String()])),
      }),
      finish_reason: Type.Optional(Type.Union([Type.Null(), Type.String()])),
    }),
  ),
})
const failureSchema = Type.Object({ message: Type.String() })
const modelsSchema = Type.Object({ data: Type.Array(Type.Object({ id: Type.String() })) })

/**
 * Asks over the HTTP API and gives the answer as it comes, its last piece being `end`. Throws a `Failure` with the
 * server's own words, or when the answer breaks off; throws the signal's reason when it aborts.
 */
export async function* ask(
  server: Server,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<Said, void> {
  const { model, messages, thinking, answerLimit } = question
  const response = await request(server, '/v1/chat/completions', signal, {
    model,
    messages,
    stream: true,
    ...(thinking === 'default' ? {} : { enable_thinking: thinking === 'on' }),
    ...(answerLimit === 'default' ? {} : { max_tokens: answerLimit }),
  })
  for await (const events of readSse(response.body ?? ReadableStream.from([]))) {
    for (const data of events) {
      if (data === '[DONE]') return
      yield* readChunk(data)
    }
  }
  throw new Failure('engine-lost', 'The answer broke off.')
}

function* readChunk(data: string): Generator<Said, void> {
  const chunk: unknown = JSON.parse(data)
  if (!Value.Check(chunkSchema, chunk)) throw new Failure('engine-lost', messageOf(chunk, data))
  for (const { delta, finish_reason: reason } of chunk.choices) {
    if (delta.reasoning_content) yield { kind: 'thought', text: delta.reasoning_content }
    if (delta.content) yield { kind: 'answer', text: delta.content }
    if (reason) yield { kind: 'end', reason }
  }
}

/** The ids of the server's models. */
export async function listModels(server: Server, signal: AbortSignal): Promise<readonly string[]> {
  const response = await request(server, '/v1/models', signal)
  const body: unknown = await response.json()
  return Value.Parse(modelsSchema, body).data.map(({ id }) => id)
}

async function request(server: Server, path: string, signal: AbortSignal, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' }
  const sent =
    body === undefined ? { headers, signal } : { method: 'POST', headers, signal, body: JSON.stringify(body) }
  const response = await fetch(server.url + path, sent).catch((error: unknown) => {
    if (signal.aborted) throw error
    throw new Failure('engine-lost', `Nothing answers at ${server.url}.`, { cause: error })
  })
  if (response.ok) return response
  const text = await response.text()
  throw new Failure(
    'engine-lost',
    `${server.url} refused (${response.status}): ${messageOf(parse(text), text)}`,
  )
}

/** The words of a failure: the service writes most as an object with a `message`, and some as a bare string. */
function messageOf(body: unknown, text: string): string {
  if (Value.Check(failureSchema, body)) return body.message
  return typeof body === 'string' ? body : text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

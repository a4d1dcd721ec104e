import type { ChatEvent } from '../../src/chat/event.ts'
import { toFailure } from '../../src/chat/failure.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { decode } from '../../src/decode/decode.ts'
import { recordedEngine } from '../../src/engines/recorded.ts'
import { readRequest } from '../../src/wire/chat-completions/read-request.ts'
import { answerWriter } from '../../src/wire/chat-completions/write-answer.ts'
import { type AnswerHead, streamWriter } from '../../src/wire/chat-completions/write-stream.ts'
import { writeFailure } from '../../src/wire/failures.ts'
import { findRow } from './rows.ts'

/** Both forms of one answer: the body and the stream. */
export interface Written {
  readonly answer: string
  readonly sse: string
}

/** Reads the body as a request for a stream; with a fixed clock and fixed ids, everything after it is exact bytes. */
export function readCase(body: object): ChatRequest {
  return readRequest(new TextEncoder().encode(JSON.stringify({ ...body, stream: true })), findRow, {
    compat: 'served',
    userAgent: '',
  })
}

/** What an engine that says `said` comes to on the wire. */
export async function replay(request: ChatRequest, said: readonly ChatEvent[]): Promise<Written> {
  const head: AnswerHead = { id: '0'.repeat(32), created: 1_700_000_000, model: request.model.id }
  const answer = answerWriter(head, request)
  const stream = streamWriter(head, request)
  let sse = ''
  try {
    for await (const event of decoded(request, said)) {
      answer.write(event)
      sse += stream.write(event)
    }
    return { answer: answer.end(), sse: sse + stream.end() }
  } catch (error) {
    const failure = toFailure(error)
    return { answer: writeFailure(failure).body, sse: sse + stream.fail(failure) }
  }
}

/** The events that leave `decode`. Calls are named `call-1`, `call-2` and so on, in the order in which they begin. */
export function decoded(request: ChatRequest, said: readonly ChatEvent[]): AsyncIterable<ChatEvent> {
  let calls = 0
  const engine = recordedEngine(() => said)
  return decode(engine.answer(request, new AbortController().signal), request, () => `call-${++calls}`)
}

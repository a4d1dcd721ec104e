import type { ChatEvent } from '../../src/chat/event.ts'
import { toFailure } from '../../src/chat/failure.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { decode } from '../../src/decode/decode.ts'
import { recordedEngine } from '../../src/engines/recorded.ts'
import { readRequest } from '../../src/wire/chat-completions/read-request.ts'
import { answerWriter } from '../../src/wire/chat-completions/write-answer.ts'
import { type AnswerHead, streamWriter } from '../../src/wire/chat-completions/write-stream.ts'
import { writeFailure } from '../../src/wire/failures.ts'
import { messageHead } from '../../src/wire/messages/head.ts'
import { answerWriter as messageWriter } from '../../src/wire/messages/write-answer.ts'
import { writeFailure as writeMessageFailure } from '../../src/wire/messages/write-failure.ts'
import { streamWriter as messageStreamWriter } from '../../src/wire/messages/write-stream.ts'
import type { AnswerWriter, StreamWriter } from '../../src/wire/writers.ts'
import { findRow } from './rows.ts'
import { singly } from '../contract/batches.ts'

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

const id = '0'.repeat(32)

/** What an engine that says `said` comes to as a chat completion. */
export function replay(request: ChatRequest, said: readonly ChatEvent[]): Promise<Written> {
  const head: AnswerHead = { id, created: 1_700_000_000, model: request.model.id }
  const writers = [answerWriter(head, request), streamWriter(head, request)] as const
  return replayInto(...writers, writeFailure, request, said)
}

/** What it comes to as a message, which has one choice. */
export function replayMessage(request: ChatRequest, said: readonly ChatEvent[]): Promise<Written> {
  const head = messageHead(id, request.model.id)
  const writers = [messageWriter(head), messageStreamWriter(head)] as const
  return replayInto(...writers, writeMessageFailure, request, said)
}

async function replayInto(
  answer: AnswerWriter,
  stream: StreamWriter,
  failed: typeof writeFailure,
  request: ChatRequest,
  said: readonly ChatEvent[],
): Promise<Written> {
  let sse = ''
  try {
    for await (const event of decoded(request, said)) {
      answer.write(event)
      sse += stream.write(event)
    }
    return { answer: answer.end(), sse: sse + stream.end() }
  } catch (error) {
    const failure = toFailure(error)
    return { answer: failed(failure).body, sse: sse + stream.fail(failure) }
  }
}

/** The events that leave `decode`. Calls are named `call-1`, `call-2` and so on, in the order in which they begin. */
export function decoded(request: ChatRequest, said: readonly ChatEvent[]): AsyncIterable<ChatEvent> {
  let calls = 0
  const engine = recordedEngine(() => said)
  const answer = engine.answer(
    { ...request, caller: '', reading: 'as it comes' },
    new AbortController().signal,
  )
  return singly(decode(answer, request, () => `call-${++calls}`))
}

// What one event of an engine costs between the engine and the socket: the loop, the decoders and the stream's writer.
// A recorded answer of thought, text and one call, a token an event, is read in full many times over by one process
// after a warm-up; the median run is printed in nanoseconds per event, for events that come one by one and for sixteen at
// a time. No I/O, no engine, no HTTP.
import type { Batch, ChatEvent } from '../src/chat/event.ts'
import { type CallSyntax, callSyntaxes } from '../src/chat/model.ts'
import type { ChatRequest } from '../src/chat/request.ts'
import { decode } from '../src/decode/decode.ts'
import { answerWriter } from '../src/wire/chat-completions/write-answer.ts'
import { streamWriter } from '../src/wire/chat-completions/write-stream.ts'
import { readCase } from '../tests/golden/replay.ts'
import { writeCalls } from '../tests/laws/call-writers.ts'

const words = 'The quick brown fox jumps over the lazy dog, and then it rests.\n\n'.repeat(40)
const thought = `<think>\n${words}</think>\n\n`

function eventsOf(text: string): readonly ChatEvent[] {
  return [
    { type: 'prompt', choice: 0, tokens: 9, cached: 0 },
    ...(text.match(/<[^<>\s]+>|\n+|\s?[^\s<]{1,5}|./gs) ?? []).map((piece): ChatEvent => ({
      type: 'text',
      choice: 0,
      text: piece,
      tokens: 1,
    })),
    { type: 'finish', choice: 0, reason: 'stop' },
  ]
}

/** A call of one text argument that is as long as `length` of the words. */
function call(syntax: CallSyntax, length: number): string {
  return writeCalls[syntax]([{ name: 'f', arguments: { text: words.slice(0, length) } }])
}

const hello = [{ role: 'user', content: 'Hello' }]
const parameters = { type: 'object', properties: { text: { type: 'string' } } }
const tools = [{ type: 'function', function: { name: 'f', parameters } }]
const head = { id: '0'.repeat(32), created: 0, model: 'bench' }

/** So many events at a time, as an engine gives them. */
async function* inBatches(events: readonly ChatEvent[], size: number): AsyncGenerator<Batch, void> {
  for (let at = 0; at < events.length; at += size) yield events.slice(at, at + size)
}

/** Nanoseconds per event when the answer is read through `decode`; `writer` makes what is given every event. */
async function timeOf(
  asked: ChatRequest,
  events: readonly ChatEvent[],
  size: number,
  writer: () => { write(event: ChatEvent): unknown },
): Promise<number> {
  const times: number[] = []
  for (let at = 0; at < 300; at++) {
    const written = writer()
    const started = performance.now()
    for await (const batch of decode(inBatches(events, size), asked, () => 'id'))
      for (const event of batch) written.write(event)
    if (at >= 100) times.push(performance.now() - started)
  }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
  return (median * 1e6) / events.length
}

async function measure(
  name: string,
  asked: ChatRequest,
  events: readonly ChatEvent[],
  writer: () => { write(event: ChatEvent): unknown } = () => ({ write: () => {} }),
): Promise<void> {
  const times = [await timeOf(asked, events, 1, writer), await timeOf(asked, events, 16, writer)]
  console.log(`${times.map((time) => time.toFixed(0).padStart(6)).join('')}  ${name}`)
}

const stop = ['\n\nUser:', 'END']
const answer = eventsOf(thought + words + call('hermes', 1000))
const full = readCase({ model: 'golden/marked', messages: hello, tools, stop })
const bare = readCase({ model: 'golden/marked', messages: hello })
const native = readCase({ model: 'golden/native', messages: hello })
console.log(`${answer.length} events an answer, Node ${process.version}; ns an event, alone and of sixteen`)
await measure('the loop alone', native, answer)
await measure('thought', bare, answer)
await measure('thought, calls and two stop texts', full, answer)
await measure('all of it, written as a stream', full, answer, () => streamWriter(head, full))
await measure('all of it, folded into a body', full, answer, () => answerWriter(head, full))

console.log('\nthe whole chain of each syntax, for an answer that is nearly all call')
for (const syntax of callSyntaxes) {
  const asked = readCase({ model: `golden/${syntax}`, messages: hello, tools, stop })
  const events = eventsOf(call(syntax, words.length))
  await measure(`${syntax}, ${events.length} events`, asked, events)
  await measure(`${syntax}, written as a stream`, asked, events, () => streamWriter(head, asked))
}

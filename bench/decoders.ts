// What one event of an engine costs between the engine and the socket: the loop, the decoders and the stream's writer.
// A recorded answer of thought, text and one call, a token an event, is read in full many times over by one process
// after a warm-up; the median run is printed in nanoseconds per event. No I/O, no engine, no HTTP.
import type { ChatEvent } from '../src/chat/event.ts'
import type { ChatRequest } from '../src/chat/request.ts'
import { decode } from '../src/decode/decode.ts'
import { answerWriter } from '../src/wire/chat-completions/write-answer.ts'
import { streamWriter } from '../src/wire/chat-completions/write-stream.ts'
import { readCase } from '../tests/golden/replay.ts'

const words = 'The quick brown fox jumps over the lazy dog, and then it rests.\n\n'.repeat(40)
const call = `<tool_call>\n{"name": "f", "arguments": {"text": ${JSON.stringify(words.slice(0, 1000))}}}\n</tool_call>`
const text = `<think>\n${words}</think>\n\n${words}${call}`

const events: readonly ChatEvent[] = [
  { type: 'prompt', choice: 0, tokens: 9, cached: 0 },
  ...(text.match(/<\/?[a-z_]+>|\n+|\s?[^\s<]{1,5}|./gs) ?? []).map((piece): ChatEvent => ({
    type: 'text',
    choice: 0,
    text: piece,
    tokens: 1,
  })),
  { type: 'finish', choice: 0, reason: 'stop' },
]

const hello = [{ role: 'user', content: 'Hello' }]
const tools = [{ type: 'function', function: { name: 'f' } }]
const head = { id: '0'.repeat(32), created: 0, model: 'bench' }
async function* engine(): AsyncGenerator<ChatEvent> {
  yield* events
}

/** Reads the answer once through `decode`; `write` is given every event. */
async function run(asked: ChatRequest, write: (event: ChatEvent) => unknown): Promise<void> {
  for await (const event of decode(engine(), asked, () => 'id')) write(event)
}

async function measure(name: string, once: () => Promise<void>): Promise<void> {
  const times: number[] = []
  for (let at = 0; at < 300; at++) {
    const started = performance.now()
    await once()
    if (at >= 100) times.push(performance.now() - started)
  }
  const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
  console.log(`${((median * 1e6) / events.length).toFixed(0).padStart(6)} ns  ${name}`)
}

const full = readCase({ model: 'golden/marked', messages: hello, tools, stop: ['\n\nUser:', 'END'] })
const bare = readCase({ model: 'golden/marked', messages: hello })
const native = readCase({ model: 'golden/native', messages: hello })
console.log(`${events.length} events an answer, Node ${process.version}`)
await measure('the loop alone', () => run(native, () => {}))
await measure('thought', () => run(bare, () => {}))
await measure('thought, calls and two stop texts', () => run(full, () => {}))
await measure('all of it, written as a stream', () => {
  const writer = streamWriter(head, full)
  return run(full, (event) => writer.write(event))
})
await measure('all of it, folded into a body', () => {
  const writer = answerWriter(head, full)
  return run(full, (event) => writer.write(event))
})

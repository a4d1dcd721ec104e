import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/**
 * A server that speaks as vLLM does, with a model that says ` t1 t2 …` for a thought and ` a1 a2 …` for an answer, a word a
 * token: where it is cut anywhere and goes on somewhere else, every lost or doubled token shows. What it is told to do
 * wrong, it does.
 */
export interface FaultServer {
  /** What stands before `/chat/completions`. */
  readonly url: string
  /** Every request so far. */
  readonly requests: readonly FaultRequest[]
  /** What the next requests meet, in turn; those after the last are answered as they should be. */
  meet(...faults: readonly Fault[]): void
  /** What each request meets from now on that meets nothing else. */
  always(next: () => Fault): void
  /** The status that it has for its health; 200 at first. */
  sayHealth(status: number): void
  onConnection(told: () => void): void
  close(): Promise<void>
}

export interface FaultRequest {
  readonly body: Body
  /** Whether the connection was cut by the client before the answer was over. */
  left: boolean
}

/** `at`: after so many words. */
export type Fault =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: string
      readonly headers?: Record<string, string>
    }
  | {
      readonly kind: 'reset' | 'silent' | 'no-done' | 'gzip' | 'crlf' | 'byte-by-byte' | 'wrong-type'
    }
  /** A whole answer longer than was asked for; one that streams whatever is asked for. */
  | {
      readonly kind: 'unlimited' | 'streams'
    }
  | { readonly kind: 'cut' | 'stall' | 'malformed' | 'error-frame' | 'filtered'; readonly at: number }
  /** Its first token comes after so many of our milliseconds. */
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'bundles' | 'no-usage'; readonly size: number }

/** How the server was started. */
export interface FaultServerOptions {
  /** Whether it gives thought apart, or leaves the marks in the text. */
  readonly splits: boolean
  readonly thought: number
  readonly answer: number
  readonly window: number
  /** Whether it has a tokenizer to ask. */
  readonly tokenizes: boolean
  /** Whether it refuses to go on with an answer that has begun. */
  readonly refusesBegun: boolean
}

interface Body {
  /** Of a completion; `messages` is then made of it. */
  readonly prompt?: string
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  readonly max_tokens: number
  readonly n?: number
  readonly chat_template_kwargs?: Readonly<Record<string, unknown>>
  readonly stream_options?: { readonly continuous_usage_stats?: boolean }
  readonly continue_final_message?: boolean
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
  readonly [field: string]: unknown
}

const started: FaultServerOptions = {
  splits: true,
  thought: 12,
  answer: 30,
  window: 512,
  tokenizes: true,
  refusesBegun: false,
}

export async function openFaultServer(options: Partial<FaultServerOptions> = {}): Promise<FaultServer> {
  const how = { ...started, ...options }
  const requests: FaultRequest[] = []
  const faults: Fault[] = []
  let usual = (): Fault => ({ kind: 'none' })
  let health = 200
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      if (request.url === '/health') return refuse(response, health, '{}')
      if (request.url === '/tokenize')
        return refuse(response, how.tokenizes ? 200 : 404, JSON.stringify({ count: countOf(body) }))
      const seen = { body, left: false }
      requests.push(seen)
      response.once('close', () => (seen.left = !response.writableFinished))
      return reply(response, body, faults.shift() ?? usual(), how)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('a server has an address')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    meet: (...more) => void faults.push(...more),
    always: (next) => void (usual = next),
    sayHealth: (status) => void (health = status),
    onConnection: (told) => void server.on('connection', told),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += String(part)
  const body: Body = JSON.parse(text || '{}')
  return body.prompt === undefined
    ? body
    : { ...body, messages: [{ role: 'assistant', content: body.prompt }] }
}

function promptOf({ messages }: Body): number {
  return messages.reduce((sum, { content }) => sum + JSON.stringify(content).split(' ').length, 3)
}

/** The tokens of a prompt, or of a text that is none. */
function countOf(body: Body): number {
  if (body['add_special_tokens'] !== false) return promptOf(body)
  return (body.prompt?.split(' ').length ?? 1) - 1
}

type Word = { readonly kind: 'thought' | 'mark' | 'answer'; readonly text: string }

/** All that the model has to say, and how much of it the request's last message already holds. */
function wordsOf(body: Body, how: FaultServerOptions): readonly Word[] {
  const thinks = body.chat_template_kwargs?.['enable_thinking'] === true
  const goesOn = body.continue_final_message === true || body.prompt !== undefined
  const begun = goesOn ? (body.messages.at(-1)?.content ?? '') : ''
  const count = (letter: string) => (begun.match(new RegExp(`\\b${letter}\\d+`, 'g')) ?? []).length
  const some = (letter: string, size: number) =>
    Array.from({ length: size }, (_, index) => ` ${letter}${index + 1}`).slice(count(letter))
  const closed = begun.includes('</think>') || (begun !== '' && !begun.includes('<think>'))
  const thought: readonly Word[] =
    !thinks || closed
      ? []
      : [
          ...(begun === '' ? [{ kind: 'mark', text: '<think>' } as const] : []),
          ...some('t', how.thought).map((text) => ({ kind: 'thought', text }) as const),
          { kind: 'mark', text: '</think>' },
        ]
  return [...thought, ...some('a', how.answer).map((text) => ({ kind: 'answer', text }) as const)]
}

async function reply(
  response: ServerResponse,
  body: Body,
  fault: Fault,
  how: FaultServerOptions,
): Promise<void> {
  if (fault.kind === 'reset') return void response.destroy()
  if (fault.kind === 'silent') return
  if (fault.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms))
  if (how.refusesBegun && body.continue_final_message === true)
    return refuse(response, 400, '{"message":"continue_final_message is not supported"}')
  if (fault.kind === 'status') return refuse(response, fault.status, fault.body ?? '{}', fault.headers)
  const prompt = promptOf(body)
  if (prompt + body.max_tokens > how.window) {
    const message = `This model's maximum context length is ${how.window} tokens and your request has ${prompt} input tokens`
    return refuse(response, 400, JSON.stringify({ error: { message, type: 'BadRequestError', code: 400 } }))
  }
  if (fault.kind === 'wrong-type') {
    response.writeHead(200, { 'content-type': 'text/html' })
    return void response.end('<html>Sign in</html>')
  }
  const packed = fault.kind === 'gzip' ? { 'content-encoding': 'gzip' } : {}
  if (body['stream'] === false && fault.kind !== 'streams') {
    response.writeHead(200, { 'content-type': 'application/json', ...packed })
    return sendWhole(response, wholeAnswer(body, fault, how, prompt), fault)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...packed })
  await send(response, answerTo(body, fault, how, prompt), fault)
}

function refuse(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body)
}

/** The events of an answer; `cut` and `stall` stand for what they say. */
function* answerTo(
  body: Body,
  fault: Fault,
  how: FaultServerOptions,
  prompt: number,
): Generator<object | string, void> {
  const words = wordsOf(body, how).slice(0, body.max_tokens)
  const whole = wordsOf(body, how).length === words.length
  const choices = body.n ?? 1
  const running = body.stream_options?.continuous_usage_stats === true && fault.kind !== 'no-usage'
  const usage = (completion: number) => usageOf(prompt, completion)
  const bare = body.prompt !== undefined
  const chunk = (index: number, delta: Delta, reason: string | null, completion: number) => ({
    object: bare ? 'text_completion' : 'chat.completion.chunk',
    choices: [{ index, ...(bare ? { text: delta.content ?? '' } : { delta }), finish_reason: reason }],
    ...(running ? { usage: usage(completion) } : {}),
  })
  for (let index = 0; index < choices; index++)
    yield chunk(index, { role: 'assistant', content: '' }, null, 0)
  const size = 'size' in fault ? fault.size : 1
  for (let from = 0; from < words.length; from += size) {
    if ('at' in fault && from === fault.at) {
      if (fault.kind === 'malformed') yield '{"choices":[{"ind'
      else if (fault.kind === 'error-frame') yield { error: { message: 'CUDA error', code: 500 } }
      else if (fault.kind === 'filtered') yield chunk(0, {}, 'content_filter', from)
      else return yield fault.kind
    }
    const part = words.slice(from, from + size)
    for (let index = 0; index < choices; index++)
      yield* deltasOf(part, how.splits).map((delta) => chunk(index, delta, null, from + part.length))
  }
  for (let index = 0; index < choices; index++)
    yield chunk(index, {}, whole ? 'stop' : 'length', words.length)
  if (fault.kind !== 'no-usage') yield { choices: [], usage: usage(words.length * choices) }
  if (fault.kind !== 'no-done') yield '[DONE]'
}

/** The same as one document. */
function wholeAnswer(body: Body, fault: Fault, how: FaultServerOptions, prompt: number): string {
  const all = wordsOf(body, how)
  const words = fault.kind === 'unlimited' ? all : all.slice(0, body.max_tokens)
  const content = words.map(({ text }) => text).join('')
  const said = body.prompt === undefined ? { message: { role: 'assistant', content } } : { text: content }
  const reason = fault.kind === 'filtered' ? 'content_filter' : words.length < all.length ? 'length' : 'stop'
  const choice = { index: 0, ...said, finish_reason: reason }
  if (fault.kind === 'error-frame') return '{"error":{"message":"CUDA error","code":500}}'
  return JSON.stringify({
    choices: Array.from({ length: body.n ?? 1 }, (_, index) => ({ ...choice, index })),
    ...(fault.kind === 'no-usage' ? {} : { usage: usageOf(prompt, words.length) }),
  })
}

function usageOf(prompt: number, completion: number) {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: prompt - 1 },
  }
}

async function sendWhole(response: ServerResponse, text: string, fault: Fault): Promise<void> {
  if (fault.kind === 'gzip') return void response.end(gzipSync(text))
  if (fault.kind === 'byte-by-byte') await writeApart(response, text)
  if (fault.kind === 'byte-by-byte') return void response.end()
  if (!('at' in fault) || fault.kind === 'error-frame' || fault.kind === 'filtered')
    return void response.end(text)
  await new Promise<void>((resolve) => response.write(text.slice(0, fault.at), () => resolve()))
  if (fault.kind === 'cut') response.destroy()
  if (fault.kind === 'malformed') response.end()
}

interface Delta {
  readonly role?: string
  readonly content?: string
  readonly reasoning?: string
}

/** A server that splits says nothing of marks. */
function deltasOf(words: readonly Word[], splits: boolean): readonly Delta[] {
  if (!splits) return [{ content: words.map(({ text }) => text).join('') }]
  const said = (kind: Word['kind']) => words.map((word) => (word.kind === kind ? word.text : '')).join('')
  return [
    ...(said('thought') === '' ? [] : [{ reasoning: said('thought') }]),
    ...(said('answer') === '' ? [] : [{ content: said('answer') }]),
  ]
}

async function send(
  response: ServerResponse,
  events: Iterable<object | string>,
  fault: Fault,
): Promise<void> {
  const end = fault.kind === 'crlf' ? '\r\n' : '\n'
  let all = ''
  for (const event of events) {
    if (event === 'stall') return
    if (event === 'cut') {
      // What was written is to arrive before the end does.
      await new Promise<void>((resolve) => response.write('', () => resolve()))
      return void response.destroy()
    }
    const text = `data: ${typeof event === 'string' ? event : JSON.stringify(event)}${end}${end}`
    if (fault.kind === 'gzip') all += text
    else if (fault.kind === 'byte-by-byte') await writeApart(response, text)
    else if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve))
    await new Promise(setImmediate)
    if (response.destroyed) return
  }
  response.end(fault.kind === 'gzip' ? gzipSync(all) : '')
}

async function writeApart(response: ServerResponse, text: string): Promise<void> {
  for (const byte of Buffer.from(text)) {
    response.write(Uint8Array.of(byte))
    await new Promise(setImmediate)
  }
}

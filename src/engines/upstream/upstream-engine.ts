import type { EmbeddingRequest, Embeddings } from '../../chat/embedding.ts'
import type { Engine, PromptTokens } from '../../chat/engine.ts'
import type { Batch, ChatEvent } from '../../chat/event.ts'
import { Failure } from '../../chat/failure.ts'
import { type Notes, unnoted } from '../../chat/notes.ts'
import { isBareText, type Prompt } from '../../chat/request.ts'
import { overflow } from '../llama/overflow.ts'
import { pushed, type Say } from '../pushed.ts'
import { type Begun, begunOf } from './begun.ts'
import { countPrompt, countText, uncountable } from './count-tokens.ts'
import { type ChoiceReader, choiceReader } from './choice-reader.ts'
import { openConnections, type Take } from './exchange.ts'
import type { MediaFetcher } from './fetch-media.ts'
import type { Chunk, ChunkCounts } from './read-chunk.ts'
import { readEmbeddings } from './read-embeddings.ts'
import { readOverflow } from './read-failure.ts'
import { type ServerKind, servers } from './servers.ts'
import { type CountSource, tokenCounter } from './token-counter.ts'
import { withMedia } from './with-media.ts'
import { canCloseThought } from './write-messages.ts'
import { type Order, writeCompletion, writeRequest } from './write-request.ts'

export interface UpstreamOptions {
  /** The model's id, for messages. */
  readonly name: string
  readonly server: ServerKind
  /** What stands before `/chat/completions`, such as `http://host:8000/v1`. */
  readonly url: string
  /** What the server calls the model. */
  readonly model: string
  /** The server's key; empty for none. */
  readonly key: string
  /** Who keeps to the thinking budget; `auto`: the server, where it does so however it was started. */
  readonly budget: 'auto' | 'here' | 'there'
  /** Fetches what messages point at; null where the server is to do that. */
  readonly media: MediaFetcher | null
  readonly newId: () => string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly log: (line: UpstreamLogLine) => void
}

/** Something that the operator may want to know of a server. Holds nothing that anybody said. */
export interface UpstreamLogLine {
  readonly model: string
  readonly url: string
  /** Where its token counts come from, told when that is first known and when it changes. */
  readonly counts: CountSource
}

export interface UpstreamEngine extends Engine {
  /** Rejects with a `Failure` where the server is not alive. */
  probe(signal: AbortSignal): Promise<void>
}

/**
 * A model that somebody else's server runs. Gives thought, text and calls apart as far as the server does, and thought
 * and text in any case. Keeps to both limits whatever the server counts: it asks for the sum, and cuts each part here.
 * A server without a thinking budget is left when the thought has used it up, and asked to go on with the same text
 * behind a closed thought; one that cannot be asked that ends the answer there, with `length`.
 * An answer that is read at its end is asked for as a whole, where nothing of it is to be cut here.
 */
export function upstreamEngine(options: UpstreamOptions): UpstreamEngine {
  const { name, server, url, newId, clock, log } = options
  const traits = servers[server]
  const budget =
    options.budget === 'auto' ? (traits.keepsBudget === 'always' ? 'there' : 'here') : options.budget
  const connections = openConnections({
    url,
    key: options.key,
    keepsConnections: traits.keepsConnections,
    clock,
  })
  let splits = traits.splitsThought
  /** Whether an answer that comes whole comes with its tokens counted, as far as is known. */
  let countsWhole = true
  let source: CountSource | null = null
  let running = 0
  let closed = false

  /** Works on an answer until it is over. What was said before a failure stays said. */
  async function work(prompt: Prompt, signal: AbortSignal, notes: Notes, say: Say<Batch>): Promise<void> {
    if (closed) throw stopping()
    running += prompt.choices
    try {
      const messages = await withMedia(prompt, options.media, traits, signal)
      await answerAll({ ...prompt, messages }, signal, notes, say)
    } catch (error) {
      throw closed ? stopping() : error
    } finally {
      running -= prompt.choices
    }
  }

  /** All choices by one request, or each by one of its own where the server or the budget asks for that. */
  async function answerAll(
    prompt: Prompt,
    signal: AbortSignal,
    notes: Notes,
    say: Say<Batch>,
  ): Promise<void> {
    if (closed) throw stopping()
    const { choices, thinking } = prompt
    if (choices === 1 || (traits.several && (thinking.mode === 'off' || budget === 'there')))
      return converse(prompt, 0, choices, signal, notes, say)
    const left = new AbortController()
    const leaving = AbortSignal.any([signal, left.signal])
    const each = Array.from({ length: choices }, (_, choice) =>
      converse(prompt, choice, 1, leaving, notes, say),
    )
    try {
      await Promise.all(each)
    } finally {
      left.abort()
      await Promise.allSettled(each)
    }
  }

  /** Asks for some choices, and where a thought has used up its budget, for the answer behind it. */
  async function converse(
    prompt: Prompt,
    first: number,
    choices: number,
    signal: AbortSignal,
    notes: Notes,
    say: Say<Batch>,
  ): Promise<void> {
    const order = {
      traits,
      model: options.model,
      prompt,
      begun: begunOf(prompt),
      choices,
      first,
      budget,
      whole:
        countsWhole && prompt.reading === 'at its end' && prompt.thinking.mode === 'off' && choices === 1,
    } as const
    const thought = await follow(order, 'begins', signal, notes, say)
    if (thought === null) return
    const behind: Begun = { reasoning: thought, at: 'answer', text: '' }
    await follow({ ...order, begun: behind }, 'goes on', signal, notes, say)
  }

  /** Gives the thought where its budget ended it, and null where the answer is over. */
  async function follow(
    order: Order,
    answer: 'begins' | 'goes on',
    signal: AbortSignal,
    notes: Notes,
    say: Say<Batch>,
  ): Promise<string | null> {
    const { prompt, begun, choices, first } = order
    const { thinking } = prompt
    // Where it can be closed here, no thought goes on over its budget, whatever its server makes of that.
    const kept = budget === 'here' || (choices === 1 && canCloseThought(prompt.model, traits))
    const most = thinking.mode === 'on' && kept ? thinking.budget : Infinity
    const readers = Array.from({ length: choices }, (_, index) =>
      choiceReader({ choice: first + index, prompt, begun, budget: most, splits, newId }),
    )
    const counter = tokenCounter(traits.counts)
    const silent = new Set(answer === 'begins' ? readers : [])
    let counts: ChunkCounts | null = null

    let said: ChatEvent[] = []

    /** Comes before the first thing that a choice says: by then most servers have counted the prompt. */
    function announce(reader: ChoiceReader, choice: number): void {
      if (!silent.delete(reader)) return
      if (counts !== null) checkRoom(prompt, counts)
      said.push({ type: 'prompt', choice, tokens: counts?.prompt ?? 0, cached: counts?.cached ?? 0 })
    }

    function read(chunk: Chunk): void {
      counts = chunk.counts ?? counts
      for (const piece of chunk.pieces) {
        const reader = readers[piece.choice]
        if (reader === undefined) continue
        if (piece.reasoning !== '') splits = true
        const events = reader.read(piece, counter.count(piece, chunk.counts))
        if (events.length > 0) announce(reader, first + piece.choice)
        for (const event of events) {
          if (prompt.reading === 'as it comes' || !putBehind(said, event)) said.push(event)
        }
      }
    }

    function hand(): Promise<void> | undefined {
      if (said.length === 0) return undefined
      const batch = said
      said = []
      return say(batch)
    }

    /** What is said before a choice is lost. */
    function lose(): void {
      for (const reader of readers) said.push(...reader.lost())
      void hand()
    }

    notes.started()
    try {
      await ask(order, signal, notes, (chunks) => {
        for (const chunk of chunks) read(chunk)
        const full = hand()
        const isFull = readers.every((reader) => reader.state() === 'budget' || reader.state() === 'length')
        return isFull ? 'enough' : full
      })
    } catch (error) {
      signal.throwIfAborted()
      lose()
      throw error
    }
    const [only] = readers
    if (only?.state() === 'budget' && canCloseThought(prompt.model, traits)) {
      note(counter.source(), notes)
      return only.thought()
    }
    if (readers.some((reader) => reader.state() === 'going')) {
      lose()
      throw new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.')
    }
    const told = counts ?? (await recount(order, readers, signal))
    note(told === counts ? counter.source() : 'tokenizer', notes)
    counts = told
    for (const [index, reader] of readers.entries()) announce(reader, first + index)
    if (counts !== null && readers.every((reader) => reader.state() === 'ended'))
      said.push(
        late(
          first,
          readers,
          {
            ...counts,
            ...(answer === 'begins' ? {} : { prompt: 0, cached: 0 }),
            // Some take an answer that goes on for a thought, and count it as one.
            ...(begun.at === 'answer' ? { reasoning: 0 } : {}),
          },
          counter.all(),
        ),
      )
    try {
      // What a choice has to say at its end may be that it failed.
      for (const reader of readers) said.push(...reader.end())
    } finally {
      void hand()
    }
    return null
  }

  /**
   * A limit that does not fit the model's window any more is made to, where that leaves the room that was asked for. What
   * came whole and cannot be held to the limit is asked for again as a stream.
   */
  async function ask(
    order: Order,
    signal: AbortSignal,
    notes: Notes,
    take: Take,
    room: number | null = null,
  ): Promise<void> {
    const { path, body } = isBareText(order.prompt) ? writeCompletion(order) : writeRequest(order)
    const asked = room === null ? body : { ...body, max_tokens: room }
    let began = false
    let counted = true
    try {
      await connections.ask({ path, body: asked }, signal, notes.context, (chunks, came) => {
        began = true
        // Some servers stream whatever they are asked for.
        counted = came === 'streamed' || isCounted(chunks, order.prompt)
        if (order.whole) countsWhole = came === 'whole' && counted
        return counted ? take(chunks, came) : 'enough'
      })
    } catch (error) {
      if (began || room !== null) throw error
      const left = roomAfter(error, Number(body['max_tokens']), order.prompt)
      notes.decided('asked_max_tokens', left)
      return ask(order, signal, notes, take, left)
    }
    if (counted) return
    return ask({ ...order, whole: false }, signal, notes, take, room)
  }

  /** What a server did not count while it answered, counted by its tokenizer; null where it has none that tells. */
  async function recount(
    order: Order,
    readers: readonly ChoiceReader[],
    signal: AbortSignal,
  ): Promise<ChunkCounts | null> {
    if (traits.tokenizer === 'none') return null
    const tokens = async (texts: readonly string[]) => {
      const counted = await Promise.all(texts.map((text) => countText(text, order, connections, signal)))
      return counted.reduce((sum, count) => sum + count, 0)
    }
    try {
      const { count } = await countPrompt(order, connections, signal)
      const reasoning = await tokens(
        readers.map((reader) => reader.thought().slice(order.begun.reasoning.length)),
      )
      const said = await tokens(readers.map((reader) => reader.said()))
      return { prompt: count, cached: 0, completion: reasoning + said, reasoning }
    } catch {
      signal.throwIfAborted()
      return null
    }
  }

  async function count(prompt: Prompt, signal: AbortSignal): Promise<PromptTokens> {
    if (closed) throw stopping()
    const order = {
      traits,
      model: options.model,
      prompt,
      begun: begunOf(prompt),
      choices: 1,
      first: 0,
      budget,
      whole: false,
    }
    try {
      return await countPrompt(order, connections, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (closed) throw stopping()
      const kind = error instanceof Failure ? error.kind : 'internal'
      throw kind === 'engine-lost' || kind === 'overloaded' ? error : uncountable()
    }
  }

  function note(now: CountSource, notes: Notes): void {
    notes.decided('counts', now)
    if (now === source) return
    source = now
    log({ model: name, url, counts: now })
  }

  /** All numbers of the vectors are asked for: few servers shorten them, and the first ones are the same. */
  async function embed(
    request: EmbeddingRequest,
    signal: AbortSignal,
    notes: Notes = unnoted,
  ): Promise<Embeddings> {
    running += 1
    try {
      const body = { model: options.model, input: request.texts, encoding_format: 'float' }
      notes.started()
      const said = await connections.embed(body, signal, notes.context)
      return readEmbeddings(said, request)
    } catch (error) {
      signal.throwIfAborted()
      if (closed) throw stopping()
      throw error
    } finally {
      running -= 1
    }
  }

  return {
    answer: (prompt, signal, notes = unnoted) =>
      pushed((say, leaving) => work(prompt, leaving, notes, say), signal),
    embed,
    count,
    probe: (signal) => connections.ping(traits.health, signal),
    state: () => ({ status: 'ready', reason: '', running, waiting: 0 }),
    async close() {
      closed = true
      await Promise.all([connections.close(), options.media?.close()])
    },
  }
}

function stopping(): Failure {
  return new Failure('overloaded', 'The server is stopping. Please try again later.')
}

/** What the server counted in the end and no piece stood for. */
function late(
  choice: number,
  readers: readonly ChoiceReader[],
  { prompt, cached, completion, reasoning }: ChunkCounts,
  counted: number,
): ChatEvent {
  const thought = readers.reduce((sum, reader) => sum + reader.thoughtTokens(), 0)
  return {
    type: 'uncounted',
    choice,
    tokens: Math.max(0, completion - counted),
    reasoning: Math.max(0, reasoning - thought),
    prompt,
    cached,
  }
}

/** Makes the text and the text that was said before it one event, where they may be one. */
function putBehind(said: ChatEvent[], event: ChatEvent): boolean {
  const last = said.at(-1)
  if (event.type !== 'text' || last?.type !== 'text' || event.choice !== last.choice) return false
  if ('logprobs' in event || 'logprobs' in last) return false
  said[said.length - 1] = { ...last, text: last.text + event.text, tokens: last.tokens + event.tokens }
  return true
}

/** Whether a whole answer is known to keep to its limit. */
function isCounted([chunk]: readonly Chunk[], { answerLimit }: Prompt): boolean {
  const ended = chunk?.pieces.every(({ reason }) => reason !== '')
  return ended === true && (chunk?.counts?.completion ?? Infinity) <= answerLimit
}

function checkRoom({ model: { contextLength }, leastRoom }: Prompt, { prompt }: ChunkCounts): void {
  if (prompt + leastRoom > contextLength) throw overflow(prompt, leastRoom, contextLength)
}

/** Tokens that the window has left after a prompt that was refused for asking for more. Throws where they are too few. */
function roomAfter(error: unknown, asked: number, { model, leastRoom }: Prompt): number {
  if (!(error instanceof Failure) || error.kind !== 'context-overflow') throw error
  const found = typeof error.cause === 'string' ? readOverflow(error.cause, asked) : null
  if (found === null) throw error
  const window = Math.min(found.window, model.contextLength)
  const room = window - found.tokens
  if (room < leastRoom || room >= asked) throw overflow(found.tokens, leastRoom, window)
  return room
}

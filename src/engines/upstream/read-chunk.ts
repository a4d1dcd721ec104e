import type { ChosenToken, LikelyToken } from '../../chat/event.ts'
import { countOf, eachOf, fieldOf, fieldsOf, textOf } from './read-json.ts'

/** What one event of a server's stream says, or an answer that comes whole, in so far as it is used here. */
export interface Chunk {
  readonly pieces: readonly ChunkPiece[]
  readonly counts: ChunkCounts | null
}

/** More of one choice. */
export interface ChunkPiece {
  readonly choice: number
  readonly reasoning: string
  readonly text: string
  readonly calls: readonly ChunkCall[]
  readonly logprobs: readonly ChosenToken[]
  /** How many tokens the server says it stands for, or null where it does not say. */
  readonly tokens: number | null
  /** The server's word for why the choice ended; empty while it has not. */
  readonly reason: string
}

/** More of one call. `id` and `name` are empty where they came before. */
export interface ChunkCall {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** Counts so far. `reasoning` is 0 where the server does not tell thought apart. */
export interface ChunkCounts {
  readonly prompt: number
  readonly cached: number
  readonly completion: number
  readonly reasoning: number
}

export function readChunk(value: unknown): Chunk {
  const { choices, usage, timings } = fieldsOf(value)
  return { pieces: eachOf(choices, readPiece), counts: readUsage(usage) ?? readTimings(timings) }
}

function readPiece(choice: unknown): ChunkPiece {
  const { index, delta, message, text, logprobs, token_ids: ids, finish_reason: reason } = fieldsOf(choice)
  const said = fieldsOf(delta ?? message)
  const chosen = fieldsOf(logprobs)['content']
  return {
    choice: countOf(index) ?? 0,
    // vLLM calls it `reasoning`, all others `reasoning_content`; some send both with the same text.
    reasoning: textOf(said['reasoning_content']) || textOf(said['reasoning']),
    // A completion has no delta.
    text: textOf(said['content']) || textOf(text),
    calls: eachOf(said['tool_calls'], readCall),
    logprobs: eachOf(chosen, readChosen),
    tokens: readTokens(ids ?? chosen),
    reason: textOf(reason),
  }
}

function readCall(call: unknown, place: number): ChunkCall {
  const named = fieldOf(call, 'function')
  return {
    // Those that come whole have no number.
    index: countOf(fieldOf(call, 'index')) ?? place,
    id: textOf(fieldOf(call, 'id')),
    name: textOf(fieldOf(named, 'name')),
    arguments: textOf(fieldOf(named, 'arguments')),
  }
}

function readChosen(token: unknown): ChosenToken {
  return { ...readLikely(token), top: eachOf(fieldOf(token, 'top_logprobs'), readLikely) }
}

function readLikely(token: unknown): LikelyToken {
  const text = textOf(fieldOf(token, 'token'))
  const bytes = fieldOf(token, 'bytes')
  const logprob = fieldOf(token, 'logprob')
  return {
    text,
    bytes: Array.isArray(bytes) ? bytes.map((byte) => countOf(byte) ?? 0) : [...Buffer.from(text)],
    logprob: typeof logprob === 'number' ? logprob : -Infinity,
  }
}

/** By the ids of the tokens, or by their probabilities. */
function readTokens(each: unknown): number | null {
  return Array.isArray(each) ? each.length : null
}

function readUsage(usage: unknown): ChunkCounts | null {
  // As most pieces of a stream have none.
  if (usage === undefined || usage === null) return null
  const completion = countOf(fieldOf(usage, 'completion_tokens'))
  if (completion === null) return null
  const cached =
    countOf(fieldOf(fieldOf(usage, 'prompt_tokens_details'), 'cached_tokens')) ??
    countOf(fieldOf(usage, 'prompt_cache_hit_tokens'))
  return {
    prompt: countOf(fieldOf(usage, 'prompt_tokens')) ?? 0,
    cached: cached ?? 0,
    completion,
    reasoning: countOf(fieldOf(fieldOf(usage, 'completion_tokens_details'), 'reasoning_tokens')) ?? 0,
  }
}

/** llama-server counts under this name while it generates. */
function readTimings(timings: unknown): ChunkCounts | null {
  if (timings === undefined) return null
  const completion = countOf(fieldOf(timings, 'predicted_n'))
  if (completion === null) return null
  const cached = countOf(fieldOf(timings, 'cache_n')) ?? 0
  return { prompt: (countOf(fieldOf(timings, 'prompt_n')) ?? 0) + cached, cached, completion, reasoning: 0 }
}

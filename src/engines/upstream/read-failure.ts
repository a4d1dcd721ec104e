import { Failure, type FailureKind } from '../../chat/failure.ts'
import { fieldOf, parseJson, textOf } from './read-json.ts'

/** What a server said instead of an answer. `status` is 200 where it says so within a stream. */
export interface Refusal {
  readonly status: number
  readonly body: string
  /** The `Retry-After` header; empty where none came. */
  readonly retryAfter: string
  /** Milliseconds since 1970: `Retry-After` may be a date. */
  readonly now: number
}

/**
 * The failure that a server's refusal is. Its words go to the caller only where they are about the caller's request; the
 * operator gets them in any case, as the cause.
 */
export function readFailure({ status, body, retryAfter, now }: Refusal): Failure {
  const said = messageOf(body)
  const kind = kindOfText(said) ?? kindOfStatus(status)
  return new Failure(kind, messages[kind] ?? said.slice(0, longestMessage), {
    cause: `${status} ${said}`.slice(0, longestCause),
    retryAfter: readRetryAfter(retryAfter, now),
  })
}

const longestMessage = 500
const longestCause = 2000

/** Where the server's own words are none for the caller. */
const messages: Partial<Record<FailureKind, string>> = {
  'context-overflow': 'The prompt is longer than the model can read.',
  'content-refused': "The request was refused by the model's content rules.",
  overloaded: 'Model service overloaded. Please try again later.',
  'engine-lost': 'The model broke off before the answer was whole. Please try again.',
  internal: 'Request failed: Unknown error.',
}

/** The first that fits. Whose words they are stands beside them; many servers hand on those of another. */
const kindsByText: readonly (readonly [words: RegExp, kind: FailureKind])[] = [
  // OpenAI and vLLM; newer vLLM; SGLang; llama-server; the service.
  [/maximum context length|context_length_exceeded/i, 'context-overflow'],
  [/longer than the (maximum )?model('s)? (length|context)/i, 'context-overflow'],
  [/requested token count exceeds|longer than the model's context length/i, 'context-overflow'],
  [/exceeds? the available context size|exceed_context_size|max context size/i, 'context-overflow'],
  [/max_seq_len|max_prompt_tokens/, 'context-overflow'],
  // OpenAI and Azure; the Chinese clouds.
  [/content_filter|content management policy|content_policy_violation/i, 'content-refused'],
  [/data_inspection_failed|inappropriate content|sensitive content/i, 'content-refused'],
  // The service; SGLang; Ray Serve; llama-server while it loads.
  [/too busy|overloaded|RPM limit|TPM limit|rate limit/i, 'overloaded'],
  [/queue is full|Loading model/i, 'overloaded'],
  [/Json mode is not supported/i, 'json-unsupported'],
  [/Function call is not supported/i, 'calls-unsupported'],
]

function kindOfText(text: string): FailureKind | undefined {
  return kindsByText.find(([words]) => words.test(text))?.[1]
}

function kindOfStatus(status: number): FailureKind {
  if (status === 429 || status === 503 || status === 529) return 'overloaded'
  // A key that is wrong, money that is missing, a model or a path that is not there: the operator's to mend.
  if ([401, 402, 403, 404, 405].includes(status)) return 'internal'
  return status >= 400 && status < 500 && status !== 408 ? 'invalid-request' : 'engine-lost'
}

/** OpenAI's `error.message`, the service's `message`, FastAPI's `detail`, a bare JSON string, or the text itself. */
function messageOf(body: string): string {
  const value = parseJson(body)
  if (typeof value === 'string') return value
  const error = fieldOf(value, 'error')
  const said = [
    textOf(error) || textOf(fieldOf(error, 'message')) || textOf(fieldOf(value, 'message')),
    // The word for machines, which some servers have beside a message that says less.
    textOf(fieldOf(error, 'code')) || textOf(fieldOf(error, 'type')),
  ]
  return said[0] === '' ? body : said.filter((word) => word !== '').join(' ')
}

/** No server is left alone for longer than so many milliseconds, and no caller is told to stay away for longer. */
const longestRetryAfter = 600_000

/** Seconds or a date, as HTTP has it. */
function readRetryAfter(header: string, now: number): number | null {
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? null : Math.min(longestRetryAfter, Math.max(0, ms))
}

/** Tokens of a prompt that was too long and of the window, where a server's words tell both. */
export interface Overflow {
  readonly tokens: number
  readonly window: number
}

/** The numbers by name, in the words of vLLM old and new, SGLang, llama-server and the service. */
const overflows: readonly RegExp[] = [
  /maximum context length is (?<window>\d+) tokens and your request has (?<tokens>\d+) input/,
  /maximum context length is (?<window>\d+) tokens.*?\((?<tokens>\d+) in the messages/,
  /maximum context length is (?<window>\d+) tokens.*?(?:contains|resulted in)(?: at least)? (?<tokens>\d+)/,
  /context length of (?<window>\d+) tokens.*?(?<tokens>\d+) tokens from the input/,
  /input \((?<tokens>\d+) tokens\) is longer than the model's context length \((?<window>\d+)/,
  /request \((?<tokens>\d+) tokens\) exceeds the available context size \((?<window>\d+)/,
  /number of input tokens \((?<tokens>\d+)\) has exceeded max_\w+ \((?<window>\d+)\)/,
]
/** The service adds what was asked for to the prompt. */
const totalOverflow =
  /max_total_tokens \((?<total>\d+)\) must be less than or equal to max_seq_len \((?<window>\d+)\)/

/** `asked`: the `max_tokens` of the request that overflowed. */
export function readOverflow(text: string, asked: number): Overflow | null {
  const total = totalOverflow.exec(text)?.groups
  if (total) return { tokens: Number(total['total']) - asked, window: Number(total['window']) }
  for (const words of overflows) {
    const found = words.exec(text)?.groups
    if (found) return { tokens: Number(found['tokens']), window: Number(found['window']) }
  }
  return null
}

import type { BenchServer } from './server.ts'

/** One request, and what its answer must keep to. */
export interface Asked {
  readonly body: Readonly<Record<string, unknown>>
  readonly choices: number
  readonly answerLimit: number
  /** 0 where it must not think. */
  readonly budget: number
  readonly json: boolean
  readonly call: boolean
  /** Milliseconds until its caller hangs up; null for one who stays. */
  readonly leaveAfter: number | null
}

/** `refused`: it waited too long for its turn, which a slow machine is free to say. */
export type Outcome =
  | { readonly kind: 'whole' | 'left' | 'refused' }
  | { readonly kind: 'wrong'; readonly why: string }

const questions = [
  'Hello!',
  'What is 17 + 25?',
  'Count from 1 to 20.',
  'What is the capital of Japan?',
  '你好',
]
const parameters = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 20 }, days: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['city', 'days'],
  additionalProperties: false,
}
const weather = {
  type: 'function',
  function: { name: 'weather', description: 'The weather of a city', parameters, strict: true },
}

/** Numbers below what is asked for, by chance; one seed gives one course of them. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/**
 * Requests of every kind in turn by chance; one seed gives one course of them. After `lap` requests the same ones come
 * again, as long and as many, with other words.
 */
export function mixOf(seed: number, lap: number): () => Asked {
  const word = chance(seed)
  let number = chance(seed)
  let count = 0
  const pick = <Any>(values: readonly Any[]): Any | undefined => values[number(values.length)]
  return () => {
    if (count++ % lap === 0) number = chance(seed)
    const answerLimit = 1 + number(100)
    const budget = number(3) === 0 ? 1 + number(60) : 0
    const choices = number(6) === 0 ? 2 + number(3) : 1
    const kind = pick(['text', 'long', 'turns', 'tools', 'call', 'json', 'schema'] as const) ?? 'text'
    const question = { role: 'user', content: `${pick(questions)} ${word(50)}` }
    const long = Array.from({ length: 100 + number(300) }, () => 100 + word(900)).join(' ')
    const turns = [
      { role: 'system', content: 'You are a helpful assistant who knows cities well. '.repeat(20) },
      { role: 'user', content: 'Hello!' },
      { role: 'assistant', content: 'Hello! How can I help?' },
    ]
    const before = kind === 'turns' ? turns : kind === 'long' ? [{ role: 'system', content: long }] : []
    const tools = kind === 'tools' || kind === 'call' ? { tools: [weather] } : {}
    const body = {
      model: 'silica/nano',
      messages: [...before, question],
      stream: number(2) === 0,
      max_tokens: answerLimit,
      enable_thinking: budget > 0,
      ...(budget > 0 ? { thinking_budget: budget } : {}),
      n: choices,
      temperature: number(2),
      seed: number(1000),
      ...tools,
      ...(kind === 'call' ? { tool_choice: 'required' } : {}),
      ...(kind === 'json' ? { response_format: { type: 'json_object' } } : {}),
      ...(kind === 'schema'
        ? { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: parameters } } }
        : {}),
    }
    return {
      body,
      choices,
      answerLimit,
      budget,
      json: kind === 'json' || kind === 'schema',
      call: kind === 'call',
      leaveAfter: number(4) === 0 ? number(1500) : null,
    }
  }
}

/** Tokens around a thought: its marks, and line breaks that belong to neither it nor the answer. Usage has them too. */
const marks = 12

interface Said {
  readonly choices: readonly {
    readonly index: number
    readonly finish_reason: string | null
    readonly message?: Part
    readonly delta?: Part
  }[]
  readonly usage?: {
    readonly completion_tokens: number
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number }
  } | null
}

interface Part {
  readonly content?: string | null
  readonly tool_calls?: readonly { readonly function?: { readonly arguments?: string } }[]
}

/** Asks, reads the answer, and says what is wrong with it. `said` is told of its tokens as far as they are known. */
export async function call(
  { url, key }: BenchServer,
  asked: Asked,
  said: (tokens: number) => void,
): Promise<Outcome> {
  const gone = new AbortController()
  const timer = asked.leaveAfter === null ? undefined : setTimeout(() => gone.abort(), asked.leaveAfter)
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      signal: gone.signal,
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(asked.body),
    })
    const text = await response.text()
    if (response.status === 503) return { kind: 'refused' }
    if (response.status !== 200) return wrong(asked, `${response.status}: ${text}`)
    const chunks = asked.body['stream'] === true ? chunksOf(text) : [JSON.parse(text)]
    if (chunks === null) return wrong(asked, 'the stream did not end')
    const usage = chunks.findLast((chunk) => chunk.usage)?.usage
    said(usage?.completion_tokens ?? 0)
    const why = faultOf(asked, chunks, usage)
    return why === null ? { kind: 'whole' } : wrong(asked, why)
  } catch (error) {
    return gone.signal.aborted ? { kind: 'left' } : wrong(asked, String(error))
  } finally {
    clearTimeout(timer)
  }
}

function wrong({ body }: Asked, why: string): Outcome {
  return { kind: 'wrong', why: `${why} of ${JSON.stringify(body).slice(0, 500)}` }
}

/** Null where the stream breaks off. */
function chunksOf(text: string): Said[] | null {
  if (!text.endsWith('data: [DONE]\n\n')) return null
  const lines = text.split('\n').filter((line) => line.startsWith('data: {'))
  return lines.map((line): Said => JSON.parse(line.slice('data: '.length)))
}

function faultOf(asked: Asked, chunks: readonly Said[], usage: Said['usage']): string | null {
  const { choices, answerLimit, budget } = asked
  const thought = usage?.completion_tokens_details?.reasoning_tokens ?? 0
  const answer = (usage?.completion_tokens ?? 0) - thought
  if (thought > budget * choices) return `${thought} tokens of thought where ${budget} are allowed`
  const most = (answerLimit + (budget > 0 ? marks : 0)) * choices
  if (answer > most) return `${answer} tokens of answer where ${answerLimit} are allowed`
  for (let index = 0; index < choices; index++) {
    const own = chunks.flatMap((chunk) => chunk.choices.filter((choice) => choice.index === index))
    const reason = own.find((choice) => choice.finish_reason !== null)?.finish_reason
    const parts = own.map((choice) => choice.message ?? choice.delta ?? {})
    const text = parts.map(({ content }) => content ?? '').join('')
    const calls = parts.flatMap(({ tool_calls }) => tool_calls ?? [])
    if (reason === undefined) return `choice ${index} did not finish`
    if (reason === 'length') continue
    if (asked.call && reason !== 'tool_calls') return `no call, but ${reason}`
    if (asked.call && !isJson(calls.map((one) => one.function?.arguments ?? '').join(''), 'calls'))
      return 'arguments that are no JSON'
    if (asked.json && !isJson(text, 'one')) return `no JSON: ${text}`
  }
  return null
}

/** `calls`: several objects that follow each other. */
function isJson(text: string, what: 'one' | 'calls'): boolean {
  try {
    JSON.parse(what === 'one' ? text : `[${text.replaceAll('}{', '},{')}]`)
    return true
  } catch {
    return false
  }
}

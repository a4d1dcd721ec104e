import type { Decoder } from '../../chat/decoder.ts'
import { type ChatEvent, type ChosenToken, type EngineReason, saidPiece } from '../../chat/event.ts'
import { Failure } from '../../chat/failure.ts'
import type { Prompt } from '../../chat/request.ts'
import { callMarkups } from '../../decode/calls/call-markups.ts'
import { splitter } from '../../decode/splitter.ts'
import { thinkingDecoder } from '../../decode/thinking.ts'
import type { Begun } from './begun.ts'
import type { ChunkCall, ChunkPiece } from './read-chunk.ts'

export interface ChoiceOptions {
  readonly choice: number
  readonly prompt: Prompt
  readonly begun: Begun
  /** The most tokens of thought that are taken; infinite where the server keeps to the budget by itself. */
  readonly budget: number
  /** Whether the server is known to give thought apart from text. */
  readonly splits: boolean
  readonly newId: () => string
}

/** Makes events of one choice's pieces, and takes no more of them than the request's limits allow. */
export interface ChoiceReader {
  read(piece: ChunkPiece, tokens: number): readonly ChatEvent[]
  /**
   * The end of the last token of a choice that broke off, where it was held back: whoever goes on must have it whole. A
   * token that is nothing but line breaks is left out, since it is generated anew.
   */
  lost(): readonly ChatEvent[]
  /** What is left to say, and how the choice ended. To be called once, after its last piece. */
  end(): readonly ChatEvent[]
  /**
   * `going`: more is to come. `ended`: the server said so. `budget`: the thought would go over its budget. `length`: the
   * answer would go over its limit. After the latter two nothing more is taken.
   */
  state(): 'going' | 'ended' | 'budget' | 'length'
  /** The thought so far. */
  thought(): string
  /** Tokens of it that were said here. */
  thoughtTokens(): number
  /** Text and arguments of calls that were said here. */
  said(): string
}

export function choiceReader(options: ChoiceOptions): ChoiceReader {
  const { choice, prompt, begun, budget, newId } = options
  const split = splitterFor(options)
  /** Whether the splitter is yet to be told that the thought is open: it is, where the server leaves that to its client. */
  let untold = begun.at === 'open'
  let splits = options.splits
  let state: ReturnType<ChoiceReader['state']> = 'going'
  let reason: EngineReason = 'stop'
  let said: 'nothing' | 'thought' | 'answer' = begun.at === 'open' ? 'thought' : 'nothing'
  /** Holds line breaks back: those at the end of a thought are part of its mark. */
  const breaks = splitter([], '\n')
  /** Those that belong to a token whose beginning was said. */
  let halfSaid = ''
  /** Counted, and not yet given out with an event. */
  let owed = 0
  let logprobs: ChosenToken[] = []
  let thought = begun.reasoning
  let thoughtTokens = 0
  let answer = ''
  let answerTokens = 0
  let calls = 0
  /** The server's number of the call that is open, and whether anything was said of its arguments. */
  let open = -1
  let argued = true

  function read(piece: ChunkPiece, tokens: number): readonly ChatEvent[] {
    if (state !== 'going') return []
    owed += tokens
    const most = prompt.logprobs
    if (most !== null)
      logprobs.push(...piece.logprobs.map((token) => ({ ...token, top: token.top.slice(0, most) })))
    if (piece.reasoning !== '') splits = true
    const events: ChatEvent[] = []
    // A thought that was closed from here is over, whatever the server takes the rest for.
    if (begun.at === 'answer') say('text', piece.reasoning + piece.text, events)
    else {
      say('reasoning', piece.reasoning, events)
      say('text', piece.text, events)
    }
    for (const call of piece.calls) readCall(call, events)
    if (piece.reason !== '') {
      reason = readReason(piece.reason, calls)
      state = 'ended'
    }
    const taken = kept(events)
    // A thought of line breaks alone is held back to its last one, and has no more of them than its budget.
    if (state === 'going' && piece.reasoning !== '' && thoughtTokens + owed > budget + mostMarks)
      state = 'budget'
    return taken
  }

  function say(type: 'text' | 'reasoning', text: string, events: ChatEvent[]): void {
    if (text === '') return
    const now = type === 'reasoning' ? 'thought' : 'answer'
    const kept = type === 'reasoning' ? breaks.feed(text).text : text
    if (type === 'reasoning' && !/^\n+$/.test(text)) halfSaid = /\n*$/.exec(text)?.[0] ?? ''
    if (kept === '') return
    if (splits && prompt.thinking.mode === 'on' && now !== said) payMarks(events)
    if (untold && !splits) openThought(options, split)
    untold = false
    said = now
    const piece = saidPiece(type, choice, { text: kept, tokens: owed, logprobs })
    pay()
    for (const event of split(piece)) events.push(event)
  }

  /** Where thought begins or ends, all tokens but one are those of marks, which the server has left out. */
  function payMarks(events: ChatEvent[]): void {
    const tokens = Math.min(owed - 1, mostMarks)
    if (tokens < 1) return
    owed -= tokens
    logprobs.splice(0, tokens)
    events.push({ type: 'mark', choice, tokens })
  }

  /** Gives the tokens that leave with the next event; their log probabilities leave as well. */
  function pay(): number {
    const paid = owed
    owed = 0
    if (logprobs.length > 0) logprobs = []
    return paid
  }

  function readCall({ index, id, name, arguments: text }: ChunkCall, events: ChatEvent[]): void {
    if (name !== '' && index !== open) {
      endCall(events)
      events.push({
        type: 'call-start',
        choice,
        call: calls++,
        id: id || newId(),
        name,
        tokens: pay(),
      })
      open = index
      argued = false
    }
    if (text === '' || index !== open) return
    argued = true
    events.push({ type: 'call-text', choice, call: calls - 1, text, tokens: pay() })
  }

  /** A call without arguments is one with none. */
  function endCall(events: ChatEvent[]): void {
    if (!argued) events.push({ type: 'call-text', choice, call: calls - 1, text: '{}', tokens: 0 })
    argued = true
  }

  /** The events up to the first that would go over a limit. */
  function kept(events: readonly ChatEvent[]): readonly ChatEvent[] {
    let index = 0
    for (const event of events) {
      if (event.type === 'reasoning') {
        if (thoughtTokens + event.tokens > budget) return cut('budget', events.slice(0, index))
        thought += event.text
        thoughtTokens += event.tokens
      } else if (event.type === 'text' || event.type === 'call-start' || event.type === 'call-text') {
        if (answerTokens + event.tokens > prompt.answerLimit) return cut('length', events.slice(0, index))
        answerTokens += event.tokens
        if (event.type !== 'call-start') answer += event.text
      }
      index += 1
    }
    return events
  }

  function cut(why: 'budget' | 'length', events: readonly ChatEvent[]): readonly ChatEvent[] {
    state = why
    return events
  }

  return {
    read,
    end() {
      const events: ChatEvent[] = []
      if (state === 'ended') {
        if (reason !== 'length') endCall(events)
        for (const event of split({ type: 'finish', choice, reason })) {
          if (event.type !== 'finish') events.push(event)
        }
      }
      const last = [...kept(events)]
      if (state === 'ended' && reason !== 'length') checkCall(prompt, answer, calls)
      if (owed > 0 && state === 'ended') last.push({ type: 'mark', choice, tokens: pay() })
      last.push({ type: 'finish', choice, reason: state === 'ended' ? reason : 'length' })
      return last
    },
    lost() {
      if (state !== 'going' || said !== 'thought' || halfSaid === '') return []
      return [{ type: 'reasoning', choice, text: halfSaid, tokens: 0 }]
    },
    state: () => state,
    thought: () => thought,
    thoughtTokens: () => thoughtTokens,
    said: () => answer,
  }
}

/** Throws where a call had to be made and none was: there are servers that take this for a wish. */
function checkCall({ tools, model: { dialect } }: Prompt, answer: string, calls: number): void {
  if (calls > 0 || (tools.mode !== 'required' && tools.mode !== 'one')) return
  const marks = dialect.calls === 'native' ? [] : callMarkups[dialect.calls].openMarks
  // Whoever reads its calls from its text sees whether they are whole.
  if (dialect.calls !== 'native' && (marks.length === 0 || marks.some((mark) => answer.includes(mark))))
    return
  throw new Failure(
    'calls-unsupported',
    'The model answered without the function call that tool_choice asks for.',
  )
}

/** Tokens that a mark and the line breaks beside it may have: few, since more would be the answer's own. */
const mostMarks = 5

/** Splits thought off text as it is written, which a server may leave to its client. */
function splitterFor({ choice, prompt, begun }: ChoiceOptions): Decoder {
  const { thinking: marks, calls } = prompt.model.dialect
  if (marks === 'native' || begun.at === 'answer') return (event) => [event]
  const enders = calls === 'native' || prompt.tools.mode === 'none' ? [] : callMarkups[calls].openMarks
  return thinkingDecoder(choice, marks, enders)
}

function openThought({ choice, prompt: { model } }: ChoiceOptions, split: Decoder): void {
  const marks = model.dialect.thinking
  if (marks !== 'native') split({ type: 'text', choice, text: marks.open, tokens: 0 })
}

/** The words that stand for a whole answer; any other stands for one that is not. */
const reasons: Readonly<Record<string, EngineReason>> = {
  stop: 'stop',
  eos: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
}
const refusals = ['content_filter', 'sensitive']

function readReason(word: string, calls: number): EngineReason {
  const reason = reasons[word]
  if (refusals.includes(word))
    throw new Failure('content-refused', "The answer was refused by the model's content rules.", {
      cause: word,
    })
  if (reason === undefined)
    throw new Failure('engine-lost', 'The model broke off before the answer was whole. Please try again.', {
      cause: `finish_reason ${word}`,
    })
  if (reason === 'length') return reason
  // Some say `stop` after a call that they were told to make, some `tool_calls` after one that stands in the text.
  return calls > 0 ? 'tool-calls' : 'stop'
}

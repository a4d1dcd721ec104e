import type { ChatMessage, Piece, Said, ToolCall, Usage } from '../../api/chat.ts'
import type { Settings } from './settings.ts'

/** Conversations as this browser keeps them. All of it is plain data. */
export interface Conversation {
  readonly id: string
  /** The first thing that was asked. */
  readonly title: string
  readonly changedAt: number
  readonly settings: Settings
  readonly turns: readonly Turn[]
}

export type Turn = UserTurn | AnswerTurn | ResultsTurn

export interface UserTurn {
  readonly role: 'user'
  readonly id: string
  readonly text: string
  /** `data:` addresses. */
  readonly images: readonly string[]
}

/** What was asked for once: `n` choices, one of which the conversation goes on with. */
export interface AnswerTurn {
  readonly role: 'answer'
  readonly id: string
  readonly choices: readonly Choice[]
  readonly chosen: number
  readonly run: Run
}

/** The results of all calls of the answer before. */
export interface ResultsTurn {
  readonly role: 'results'
  readonly id: string
  readonly results: readonly { readonly callId: string; readonly name: string; readonly content: string }[]
}

export interface Choice {
  readonly text: string
  readonly thought: string
  readonly calls: readonly ToolCall[]
  readonly finish: string | null
}

/** How the asking went. Times are those of this browser. */
export interface Run {
  readonly state: 'running' | 'done' | 'stopped' | 'failed'
  readonly sentAt: number
  readonly firstTokenAt: number | null
  readonly doneAt: number | null
  readonly traceId: string
  readonly usage: Usage | null
  /** The most tokens that the thought might have; 0 where there was to be none. */
  readonly budget: number
  readonly error: string
}

export function newConversation(settings: Settings, now: number): Conversation {
  return { id: crypto.randomUUID(), title: '', changedAt: now, settings, turns: [] }
}

export function newAnswer(budget: number, now: number): AnswerTurn {
  const run = {
    state: 'running',
    sentAt: now,
    firstTokenAt: null,
    doneAt: null,
    traceId: '',
    usage: null,
    budget,
    error: '',
  } as const
  return { role: 'answer', id: crypto.randomUUID(), choices: [emptyChoice], chosen: 0, run }
}

const emptyChoice: Choice = { text: '', thought: '', calls: [], finish: null }

/** The answer with what came of it since. */
export function withPieces(answer: AnswerTurn, pieces: readonly Piece[], now: number): AnswerTurn {
  const choices = [...answer.choices]
  let { run } = answer
  for (const piece of pieces) {
    if (piece.kind === 'head') run = { ...run, traceId: piece.traceId }
    else if (piece.kind === 'usage') run = { ...run, usage: piece.usage }
    else {
      // The first chunk of a choice has a role and says nothing yet.
      if (saysAnything(piece.said)) run = { ...run, firstTokenAt: run.firstTokenAt ?? now }
      choices[piece.choice] = withSaid(choices[piece.choice] ?? emptyChoice, piece.said, piece.finish)
    }
  }
  // The second choice may begin to speak before the first.
  return { ...answer, choices: Array.from(choices, (choice) => choice ?? emptyChoice), run }
}

function saysAnything({ content, reasoning_content: thought, tool_calls: calls }: Said): boolean {
  return Boolean(content) || Boolean(thought) || Boolean(calls?.length)
}

function withSaid(choice: Choice, said: Said, finish: string | null): Choice {
  const calls = [...choice.calls]
  for (const [place, piece] of (said.tool_calls ?? []).entries()) {
    const index = piece.index ?? place
    const before = calls[index]
    calls[index] = {
      id: before?.id || (piece.id ?? ''),
      type: 'function',
      function: {
        name: before?.function.name || (piece.function?.name ?? ''),
        arguments: (before?.function.arguments ?? '') + (piece.function?.arguments ?? ''),
      },
    }
  }
  return {
    text: choice.text + (said.content ?? ''),
    thought: choice.thought + (said.reasoning_content ?? ''),
    calls,
    finish: finish ?? choice.finish,
  }
}

/** The messages that ask for the next answer. */
export function messagesOf(system: string, turns: readonly Turn[]): readonly ChatMessage[] {
  const first: readonly ChatMessage[] = system.trim() === '' ? [] : [{ role: 'system', content: system }]
  return [...first, ...turns.flatMap(messagesOfTurn)]
}

function messagesOfTurn(turn: Turn): readonly ChatMessage[] {
  switch (turn.role) {
    case 'user':
      return [{ role: 'user', content: contentOf(turn) }]
    case 'answer': {
      const { text, calls } = turn.choices[turn.chosen] ?? emptyChoice
      return [{ role: 'assistant', content: text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }]
    }
    case 'results':
      return turn.results.map(({ callId, content }) => ({ role: 'tool', tool_call_id: callId, content }))
  }
}

function contentOf({ text, images }: UserTurn): Extract<ChatMessage, { role: 'user' }>['content'] {
  if (images.length === 0) return text
  const pictures = images.map((url) => ({ type: 'image_url', image_url: { url } }) as const)
  return text === '' ? pictures : [{ type: 'text', text }, ...pictures]
}

/** The turns up to and with the last one that a model can be asked to answer. */
export function askedTurns(turns: readonly Turn[]): readonly Turn[] {
  return turns.slice(0, turns.findLastIndex((turn) => turn.role !== 'answer') + 1)
}

/** The calls that the last answer waits for. */
export function openCalls(turns: readonly Turn[]): readonly ToolCall[] {
  const last = turns.at(-1)
  if (last?.role !== 'answer' || last.run.state === 'running') return []
  return last.choices[last.chosen]?.calls ?? []
}

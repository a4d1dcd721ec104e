import { useEffect, useReducer, useRef } from 'react'
import { askModel, type ChatBody, type Piece } from '../../api/chat.ts'
import { ApiError } from '../../api/client.ts'
import { onError, queries } from '../../api/query-client.ts'
import {
  type AnswerTurn,
  askedTurns,
  type Conversation,
  newAnswer,
  newConversation,
  type Run,
  type Turn,
  withPieces,
} from './conversation.ts'
import { firstSettings, type Settings } from './settings.ts'
import { forget, keep, listKept } from './kept.ts'

/** All that the page shows. */
export interface State {
  readonly kept: readonly Conversation[]
  readonly open: Conversation
}

type Action =
  | { readonly kind: 'loaded'; readonly kept: readonly Conversation[] }
  | { readonly kind: 'kept'; readonly kept: readonly Conversation[] }
  | { readonly kind: 'open'; readonly conversation: Conversation }
  | { readonly kind: 'settings'; readonly change: Partial<Settings> }
  | { readonly kind: 'turns'; readonly turns: readonly Turn[] }
  | { readonly kind: 'pieces'; readonly id: string; readonly pieces: readonly Piece[]; readonly now: number }
  | { readonly kind: 'ended'; readonly id: string; readonly run: Partial<Run> }

function reduce(state: State, action: Action): State {
  const { open } = state
  const changed = (change: Partial<Conversation>): State => ({ ...state, open: { ...open, ...change } })
  const changedAnswer = (id: string, change: (answer: AnswerTurn) => AnswerTurn) =>
    changed({
      turns: open.turns.map((turn) => (turn.role === 'answer' && turn.id === id ? change(turn) : turn)),
    })
  switch (action.kind) {
    case 'loaded': {
      const [last] = action.kept
      const loaded = { ...state, kept: action.kept }
      // A new conversation begins as the last one was set up.
      const isNew = open.turns.length === 0 && open.settings === firstSettings
      return isNew && last ? { ...loaded, open: { ...open, settings: last.settings } } : loaded
    }
    case 'kept':
      return { ...state, kept: action.kept }
    case 'open':
      return { ...state, open: action.conversation }
    case 'settings':
      return changed({ settings: { ...open.settings, ...action.change } })
    case 'turns':
      return changed({ turns: action.turns, title: titleOf(action.turns), changedAt: Date.now() })
    case 'pieces':
      return changedAnswer(action.id, (answer) => withPieces(answer, action.pieces, action.now))
    case 'ended': {
      // The reader may have gone on to another conversation.
      if (!open.turns.some(({ id }) => id === action.id)) return state
      const ended = changedAnswer(action.id, (answer) => ({
        ...answer,
        run: { ...answer.run, ...action.run },
      }))
      return { ...ended, open: { ...ended.open, changedAt: Date.now() } }
    }
  }
}

function titleOf(turns: readonly Turn[]): string {
  const first = turns.find((turn) => turn.role === 'user')
  return first?.text.slice(0, 80) ?? ''
}

/** What the page showed when it was left for another. */
let left: State | null = null

function start(): State {
  if (left === null) return { kept: [], open: newConversation(firstSettings, Date.now()) }
  return { ...left, open: stopped(left.open) }
}

/** A conversation whose answer nobody waits for any more. */
function stopped(conversation: Conversation): Conversation {
  const turns = conversation.turns.map((turn): Turn => {
    if (turn.role !== 'answer' || turn.run.state !== 'running') return turn
    return { ...turn, run: { ...turn.run, state: 'stopped' } }
  })
  return { ...conversation, turns }
}

/** The playground's state, and what can be done with it. */
export function usePlayground() {
  const [state, dispatch] = useReducer(reduce, undefined, start)
  const running = useRef<AbortController>(null)
  /** Settings change with every letter; they are kept with the turn that they ask for. */
  const keptAt = useRef(0)
  const { open } = state
  const busy = open.turns.some((turn) => turn.role === 'answer' && turn.run.state === 'running')

  useEffect(() => {
    void listKept().then((kept) => dispatch({ kind: 'loaded', kept }))
    return () => running.current?.abort()
  }, [])

  useEffect(() => {
    left = state
  }, [state])

  useEffect(() => {
    if (busy || open.turns.length === 0 || keptAt.current === open.changedAt) return
    keptAt.current = open.changedAt
    void keep(open).then((kept) => dispatch({ kind: 'kept', kept }))
  }, [busy, open])

  /** Asks for an answer to the last of `turns` that is no answer. */
  async function ask(turns: readonly Turn[], bodyOf: (turns: readonly Turn[]) => ChatBody, budget: number) {
    const asked = askedTurns(turns)
    const answer = newAnswer(budget, performance.now())
    const { id } = answer
    const stop = new AbortController()
    running.current = stop
    dispatch({ kind: 'turns', turns: [...asked, answer] })

    // However many chunks come within a frame, the page is drawn once.
    let held: Piece[] = []
    let frame = 0
    const flush = () => {
      cancelAnimationFrame(frame)
      frame = 0
      const pieces = held
      held = []
      dispatch({ kind: 'pieces', id, pieces, now: performance.now() })
    }
    let run: Partial<Run> = { state: 'done' }
    try {
      for await (const piece of askModel(bodyOf(asked), stop.signal)) {
        held.push(piece)
        frame ||= requestAnimationFrame(flush)
      }
    } catch (error) {
      onError(error)
      run = stop.signal.aborted ? { state: 'stopped' } : { state: 'failed', ...failure(error) }
    }
    flush()
    dispatch({ kind: 'ended', id, run: { ...run, doneAt: performance.now() } })
    void queries.invalidateQueries({ queryKey: ['requests'] })
  }

  function show(conversation: Conversation): void {
    running.current?.abort()
    if (busy) void keep(stopped(open)).then((kept) => dispatch({ kind: 'kept', kept }))
    dispatch({ kind: 'open', conversation })
  }

  return {
    state,
    busy,
    ask,
    stop: () => running.current?.abort(),
    show,
    begin: () => show(newConversation(open.settings, Date.now())),
    set: (change: Partial<Settings>) => dispatch({ kind: 'settings', change }),
    choose: (id: string, chosen: number) =>
      dispatch({
        kind: 'turns',
        turns: open.turns.map((turn) =>
          turn.role === 'answer' && turn.id === id ? { ...turn, chosen } : turn,
        ),
      }),
    async remove(id: string) {
      await forget(id)
      dispatch({ kind: 'kept', kept: await listKept() })
      if (id === open.id) show(newConversation(open.settings, Date.now()))
    },
  }
}

function failure(error: unknown): Partial<Run> {
  if (error instanceof ApiError && error.traceId !== '')
    return { error: error.message, traceId: error.traceId }
  return { error: error instanceof Error ? error.message : String(error) }
}

import { type ChatEvent, type ChosenToken, logprobsOf, saidPiece } from '../chat/event.ts'

/**
 * Where a decoder puts what it says of one choice. The tokens that came in since the last event leave with the next one:
 * none is lost or counted twice, and where a piece holds the end of one thing and the beginning of another, the first
 * takes them. Their log probabilities go the same way, and only with text.
 */
export interface Outlet {
  /** Takes the tokens of the piece that is now read. */
  take(piece: Exclude<ChatEvent, { type: 'finish' }>): void
  /** Empty text says nothing. Text that is `old`, of earlier pieces alone, leaves this piece's tokens where they are. */
  say(type: 'text' | 'reasoning', text: string, old?: boolean): void
  startCall(call: number, id: string, name: string): void
  sayCall(call: number, text: string): void
  /** Gives out the tokens of what is neither thought nor answer. */
  mark(): void
  pass(event: ChatEvent): void
  /** Everything said since the last `drain`. */
  drain(): readonly ChatEvent[]
}

export function outlet(choice: number): Outlet {
  let events: ChatEvent[] = []
  let earlier = 0
  let now = 0
  let earlierLogprobs: ChosenToken[] = []
  let logprobsNow: readonly ChosenToken[] = []

  function owed(old = false): { tokens: number; logprobs: readonly ChosenToken[] } {
    if (!old) moveOn(0, [])
    const owes = { tokens: earlier, logprobs: earlierLogprobs }
    earlier = 0
    if (earlierLogprobs.length > 0) earlierLogprobs = []
    return owes
  }

  function moveOn(tokens: number, logprobs: readonly ChosenToken[]): void {
    earlier += now
    for (const each of logprobsNow) earlierLogprobs.push(each)
    now = tokens
    logprobsNow = logprobs
  }

  return {
    take: (piece) => moveOn(piece.tokens, logprobsOf(piece)),
    say(type, text, old) {
      if (text !== '') events.push(saidPiece(type, choice, { text, ...owed(old) }))
    },
    startCall(call, id, name) {
      events.push({ type: 'call-start', choice, call, id, name, tokens: owed().tokens })
    },
    sayCall(call, text) {
      if (text !== '') events.push({ type: 'call-text', choice, call, text, tokens: owed().tokens })
    },
    mark() {
      const { tokens } = owed()
      if (tokens > 0) events.push({ type: 'mark', choice, tokens })
    },
    pass(event) {
      events.push(event)
    },
    drain() {
      const said = events
      events = []
      return said
    },
  }
}

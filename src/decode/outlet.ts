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
  /** Whether tokens came in that have not left. */
  owes(): boolean
  /** Everything said since the last `drain`. */
  drain(): readonly ChatEvent[]
}

export function outlet(choice: number): Outlet {
  let events: ChatEvent[] = []
  let earlier = 0
  let now = 0
  /** The same of log probabilities, and those of what left last; null while no piece has had any. */
  let told: { earlier: ChosenToken[]; now: readonly ChosenToken[]; last: readonly ChosenToken[] } | null =
    null

  function owed(old = false): number {
    const tokens = old ? earlier : earlier + now
    earlier = 0
    if (!old) now = 0
    if (told !== null) {
      const last = old ? told.earlier : [...told.earlier, ...told.now]
      told = { earlier: [], now: old ? told.now : [], last }
    }
    return tokens
  }

  function takeLogprobs(logprobs: readonly ChosenToken[]): void {
    if (told === null && logprobs.length === 0) return
    told ??= { earlier: [], now: [], last: [] }
    for (const each of told.now) told.earlier.push(each)
    told.now = logprobs
  }

  return {
    take(piece) {
      earlier += now
      now = piece.tokens
      takeLogprobs(logprobsOf(piece))
    },
    say(type, text, old) {
      if (text === '') return
      const tokens = owed(old)
      events.push(
        told === null
          ? { type, choice, text, tokens }
          : saidPiece(type, choice, { text, tokens, logprobs: told.last }),
      )
    },
    startCall(call, id, name) {
      events.push({ type: 'call-start', choice, call, id, name, tokens: owed() })
    },
    sayCall(call, text) {
      if (text !== '') events.push({ type: 'call-text', choice, call, text, tokens: owed() })
    },
    mark() {
      if (earlier + now > 0) events.push({ type: 'mark', choice, tokens: owed() })
    },
    pass(event) {
      events.push(event)
    },
    owes: () => earlier + now > 0 || told !== null,
    drain() {
      const said = events
      events = []
      return said
    },
  }
}

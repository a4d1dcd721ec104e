import type { ChatEvent } from '../chat/event.ts'

/**
 * Where a decoder puts what it says of one choice. The tokens that came in since the last event leave with the next one:
 * none is lost or counted twice, and where a piece holds the end of one thing and the beginning of another, the first
 * takes them.
 */
export interface Outlet {
  /** The tokens of the piece that is now read. */
  take(tokens: number): void
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

  function owed(old = false): number {
    const tokens = old ? earlier : earlier + now
    earlier = 0
    if (!old) now = 0
    return tokens
  }

  return {
    take(tokens) {
      earlier += now
      now = tokens
    },
    say(type, text, old) {
      if (text !== '') events.push({ type, choice, text, tokens: owed(old) })
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
    drain() {
      const said = events
      events = []
      return said
    },
  }
}

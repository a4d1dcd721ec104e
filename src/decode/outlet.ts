import type { ChatEvent } from '../chat/event.ts'

/**
 * Where a decoder puts what it says of one choice. The tokens that came in since the last event leave with the next one:
 * none is lost or counted twice, and where a piece holds the end of one thing and the beginning of another, the first
 * takes them.
 */
export interface Outlet {
  take(tokens: number): void
  /** Empty text says nothing and leaves the tokens to the next event. */
  say(type: 'text' | 'reasoning', text: string): void
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
  let owed = 0

  function owing(): number {
    const tokens = owed
    owed = 0
    return tokens
  }

  return {
    take(tokens) {
      owed += tokens
    },
    say(type, text) {
      if (text !== '') events.push({ type, choice, text, tokens: owing() })
    },
    startCall(call, id, name) {
      events.push({ type: 'call-start', choice, call, id, name, tokens: owing() })
    },
    sayCall(call, text) {
      if (text !== '') events.push({ type: 'call-text', choice, call, text, tokens: owing() })
    },
    mark() {
      if (owed > 0) events.push({ type: 'mark', choice, tokens: owing() })
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

import type { ChatEvent } from '../../chat/event.ts'

/** What an answer is made of here: blocks, each whole before the next one begins, counted from 0. */
export type BlockStep =
  | { readonly type: 'start'; readonly at: number; readonly block: Block }
  | { readonly type: 'more'; readonly at: number; readonly kind: Block['kind']; readonly text: string }
  | { readonly type: 'stop'; readonly at: number; readonly kind: Block['kind'] }

export type Block =
  | { readonly kind: 'text' | 'reasoning' }
  | { readonly kind: 'call'; readonly id: string; readonly name: string }

/** Reads blocks from the events of an answer's only choice, for the fold and the stream alike. */
export function blockReader(): (event: ChatEvent) => readonly BlockStep[] {
  let open: Block['kind'] | null = null
  let last = -1
  /** Where the blocks of calls stand. A server may say something else while it writes a call. */
  const calls: number[] = []

  function stop(): readonly BlockStep[] {
    const kind = open
    open = null
    return kind === null ? [] : [{ type: 'stop', at: last, kind }]
  }

  function start(block: Block): readonly BlockStep[] {
    const before = stop()
    open = block.kind
    last += 1
    return [...before, { type: 'start', at: last, block }]
  }

  return (event) => {
    switch (event.type) {
      case 'text':
      case 'reasoning': {
        const { type: kind, text } = event
        if (text === '') return []
        const before = open === kind ? [] : start({ kind })
        return [...before, { type: 'more', at: last, kind, text }]
      }
      case 'call-start': {
        const before = start({ kind: 'call', id: event.id, name: event.name })
        calls.push(last)
        return before
      }
      case 'call-text':
        return event.text === ''
          ? []
          : [{ type: 'more', at: calls[event.call] ?? last, kind: 'call', text: event.text }]
      case 'finish':
        return stop()
      case 'prompt':
      case 'mark':
      case 'uncounted':
        return []
    }
  }
}

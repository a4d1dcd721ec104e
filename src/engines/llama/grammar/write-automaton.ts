import type { Automaton } from './automaton.ts'
import type { Expression, Ranges } from './expression.ts'
import { choice, nothing, sequence, text } from './expression.ts'
import type { Rules } from './rules.ts'

/**
 * The rules of an automaton: one for each state that something else than a single chain leads to. `spell` writes a
 * character of some ranges; `end` is what comes where a text may end in a state.
 */
export function writeAutomaton(
  automaton: Automaton,
  rules: Rules,
  spell: (ranges: Ranges) => Expression,
  end: (state: number) => Expression,
): Expression {
  if (automaton.length === 0) return nothing
  const uses = automaton.map(() => 0)
  for (const { edges } of automaton) for (const { to } of edges) uses[to] = (uses[to] ?? 0) + 1
  const names = new Map([[0, rules.reserve('state')]])
  const waiting = [0]

  function nameOf(state: number): Expression {
    const known = names.get(state)
    if (known) return known
    const name = rules.reserve('state')
    names.set(state, name)
    waiting.push(state)
    return name
  }

  /** What comes from a state on, as far as there is one way alone. */
  function follow(first: number): Expression[] {
    const parts: Expression[] = []
    for (let at = first; ;) {
      const { ends, edges } = automaton[at] ?? { ends: true, edges: [] }
      const [edge, ...others] = edges
      if (edge === undefined) return [...parts, end(at)]
      if (ends || others.length > 0 || uses[at] !== 1) return [...parts, nameOf(at)]
      parts.push(spell(edge.ranges))
      at = edge.to
    }
  }

  for (const state of waiting) {
    const { ends, edges } = automaton[state] ?? { ends: true, edges: [] }
    const options = edges.map(({ ranges, to }) => join([spell(ranges), ...follow(to)]))
    const name = names.get(state)
    if (name) rules.define(name, choice(ends ? [end(state), ...options] : options))
  }
  return nameOf(0)
}

/** A sequence in which neighbouring texts are one. */
function join(parts: readonly Expression[]): Expression {
  const joined: Expression[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last?.kind === 'text' && part.kind === 'text') joined[joined.length - 1] = text(last.text + part.text)
    else joined.push(part)
  }
  return sequence(...joined)
}

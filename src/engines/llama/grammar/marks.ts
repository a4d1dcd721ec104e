import type { Automaton, State } from './automaton.ts'
import { trim } from './automaton.ts'
import type { Expression } from './expression.ts'
import { empty, oneOf, sequence } from './expression.ts'
import { anyCharacter, charactersOf, intersect, invert, unite } from './ranges.ts'
import type { Rules } from './rules.ts'
import { writeAutomaton } from './write-automaton.ts'

/** The texts in which a mark does not stand. */
export function textWithout(mark: string): Automaton {
  const { states, marked } = search([mark])
  return trim(states.map((state, index) => (index < marked ? state : { ends: false, edges: [] })))
}

/**
 * Any text, in which a mark is followed by what `after` gives for it, and then by more such text. A mark for which it gives
 * nothing does not stand in the text.
 */
export function textWith(
  marks: readonly string[],
  after: (mark: string) => Expression,
  rules: Rules,
): Expression {
  const whole = rules.reserve('text')
  const { states, marked } = search(marks)
  const end = (state: number): Expression => {
    const mark = marks[state - marked]
    return mark === undefined ? empty : sequence(after(mark), whole)
  }
  rules.define(whole, writeAutomaton(states, rules, oneOf, end))
  return whole
}

/**
 * An automaton that reads any text until one of `marks` is whole. It has one state for each beginning of a mark, and from
 * the state `marked` on one for each mark.
 */
function search(marks: readonly string[]): { readonly states: Automaton; readonly marked: number } {
  const beginnings = [
    ...new Set(['', ...marks.flatMap((mark) => Array.from(mark, (_, at) => mark.slice(0, at)))]),
  ]
  const named = charactersOf(marks.join(''))
  const points = named.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at))
  const states = beginnings.map((beginning): State => {
    const targets = new Map([[0, [...invert(named)]]])
    for (const point of points) {
      const target = targetOf(beginning + String.fromCodePoint(point), beginnings, marks)
      targets.set(target, [...(targets.get(target) ?? []), [point, point]])
    }
    const edges = [...targets].map(([to, ranges]) => ({ ranges: intersect(unite(ranges), anyCharacter), to }))
    return { ends: true, edges }
  })
  return { states: [...states, ...marks.map(() => ({ ends: true, edges: [] }))], marked: states.length }
}

/** The longest end of what was read that is a whole mark, or else the beginning of one. */
function targetOf(read: string, beginnings: readonly string[], marks: readonly string[]): number {
  for (let from = 0; from <= read.length; from++) {
    const rest = read.slice(from)
    const mark = marks.indexOf(rest)
    if (mark >= 0) return beginnings.length + mark
    const beginning = beginnings.indexOf(rest)
    if (beginning >= 0) return beginning
  }
  return 0
}

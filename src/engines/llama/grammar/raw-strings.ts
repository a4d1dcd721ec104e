import type { Automaton } from './automaton.ts'
import { automatonOf, bothOf, matches } from './automaton.ts'
import type { Expression } from './expression.ts'
import { oneOf, repeat, sequence, text } from './expression.ts'
import { oneOfTexts } from './literals.ts'
import { textWithout } from './marks.ts'
import { charactersOf, invert } from './ranges.ts'
import type { Rules } from './rules.ts'
import type { SchemaNode } from './schema-nodes.ts'
import { stringRules, stringsAdmitted, withLength } from './strings.ts'
import { namedValues } from './value-kinds.ts'
import type { Site } from './work.ts'
import { writeAutomaton } from './write-automaton.ts'

/** What ends a value that a model writes between marks. */
export interface ValueEnd {
  readonly mark: string
  /** Whether the value has lines of its own: one newline at either end is not its. */
  readonly isLined: boolean
}

/** A string that satisfies some schemas as it is, without quotes or escapes, up to its end. `path`: what asks for it. */
export function rawString(
  nodes: readonly SchemaNode[],
  { mark, isLined }: ValueEnd,
  rules: Rules,
  path: string,
): Expression {
  const newline = text(isLined ? '\n' : '')
  const site = rules.at(path)
  const possible = possibleTexts(mark, isLined, site)
  const values = namedValues(nodes)
  if (values !== null) {
    const admits = stringsAdmitted(nodes, rules)
    const texts = values.filter((value) => typeof value === 'string')
    const fitting = texts.filter((value) => admits(value) && matches(possible, value))
    return sequence(newline, oneOfTexts(fitting, rules), newline, text(mark))
  }
  const { min, max, shape } = stringRules(nodes, rules)
  const fitting = shape === null ? withLength(possible, min, max, site) : bothOf(possible, shape, site)
  return sequence(
    newline,
    writeAutomaton(fitting, rules, oneOf, () => sequence(newline, text(mark))),
  )
}

/** Texts that can be read back: without the mark, and where they are lined without what could be read as a newline. */
function possibleTexts(mark: string, isLined: boolean, site: Site): Automaton {
  const free = textWithout(mark)
  if (!isLined) return free
  return bothOf(free, automatonOf(repeat(oneOf(invert(charactersOf('\r'))), 0, Infinity), site), site)
}

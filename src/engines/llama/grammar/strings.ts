import type { Automaton } from './automaton.ts'
import { automatonOfLength, bothOf, matches } from './automaton.ts'
import type { Expression } from './expression.ts'
import { nothing, sequence, text } from './expression.ts'
import { formats } from './formats.ts'
import { anyCharacterInJson, anyString } from './json-text.ts'
import { countOf, textOf } from './keywords.ts'
import { automatonOfPattern } from './pattern.ts'
import type { Rules } from './rules.ts'
import type { SchemaNode } from './schema-nodes.ts'
import { pathOf, refuse } from './schema-nodes.ts'
import type { Site } from './work.ts'
import { Work } from './work.ts'
import { writeAutomaton } from './write-automaton.ts'

/** What some schemas ask of a string: a length, and a shape of such a length, or null where it may be any. */
export interface StringRules {
  readonly min: number
  readonly max: number
  readonly shape: Automaton | null
}

/** The JSON of a string that satisfies some schemas. */
export function stringExpression(nodes: readonly SchemaNode[], rules: Rules): Expression {
  const { min, max, shape } = stringRules(nodes, rules)
  if (min > max) return nothing
  if (shape !== null)
    return rules.once(shape, () =>
      sequence(
        text('"'),
        writeAutomaton(shape, rules, rules.json.spell, () => text('"')),
      ),
    )
  if (min === 0 && max === Infinity) return anyString
  return rules.once(`string of ${min} to ${max}`, () =>
    rules.add('text', sequence(text('"'), rules.repeat(anyCharacterInJson, min, max), text('"'))),
  )
}

/** Says of a string whether it satisfies some schemas. */
export function stringsAdmitted(nodes: readonly SchemaNode[], rules: Rules): (value: string) => boolean {
  const { min, max, shape } = stringRules(nodes, rules)
  return (value) => {
    const length = Array.from(value).length
    return min <= length && length <= max && (shape === null || matches(shape, value))
  }
}

export function stringRules(nodes: readonly SchemaNode[], rules: Rules): StringRules {
  const min = Math.max(0, ...nodes.map((node) => countOf(node, 'minLength') ?? 0))
  const max = Math.min(Infinity, ...nodes.map((node) => countOf(node, 'maxLength') ?? Infinity))
  let shape: Automaton | null = null
  let site = rules.at('')
  for (const node of nodes)
    for (const each of [patternOf(node, rules), formatOf(node, rules)]) {
      if (each === null) continue
      site = each.site
      shape = shape === null ? each.shape : bothOf(shape, each.shape, site)
    }
  return { min, max, shape: shape && withLength(shape, min, max, site) }
}

/** Texts of a shape with as many characters as allowed. */
export function withLength(shape: Automaton, min: number, max: number, site: Site): Automaton {
  if (min === 0 && max === Infinity) return shape
  return min > max ? [] : bothOf(shape, automatonOfLength(min, max, site), site)
}

/** What one keyword asks for. */
interface Shape {
  readonly shape: Automaton
  readonly site: Site
}

function patternOf(node: SchemaNode, rules: Rules): Shape | null {
  const pattern = textOf(node, 'pattern')
  const site = rules.at(pathOf(node.path, 'pattern'))
  if (pattern === null) return null
  const shape = rules.patterns.get(pattern) ?? automatonOfPattern(pattern, site)
  rules.patterns.set(pattern, shape)
  return { shape, site }
}

const known = new Map<string, Automaton>()

function formatOf(node: SchemaNode, rules: Rules): Shape | null {
  const format = textOf(node, 'format')
  if (format === null) return null
  const field = pathOf(node.path, 'format')
  const pattern = Object.hasOwn(formats, format) ? formats[format] : undefined
  if (pattern === undefined)
    throw refuse(field, `it must be one of ${Object.keys(formats).join(', ')}; a pattern may do`)
  const shape = known.get(format) ?? automatonOfPattern(pattern, { field, work: new Work() })
  known.set(format, shape)
  return { shape, site: rules.at(field) }
}

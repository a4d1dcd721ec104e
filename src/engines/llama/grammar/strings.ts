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
import { writeAutomaton } from './write-automaton.ts'

/** What some schemas ask of a string: a length, and a shape of such a length, or null where it may be any. */
export interface StringRules {
  readonly min: number
  readonly max: number
  readonly shape: Automaton | null
}

/** The JSON of a string that satisfies some schemas. */
export function stringExpression(nodes: readonly SchemaNode[], rules: Rules): Expression {
  const { min, max, shape } = stringRules(nodes)
  if (min > max) return nothing
  if (shape !== null)
    return rules.once(shape, () =>
      sequence(
        text('"'),
        writeAutomaton(shape, rules, rules.json.spell, () => text('"')),
      ),
    )
  if (min === 0 && max === Infinity) return anyString
  return sequence(text('"'), rules.repeat(anyCharacterInJson, min, max), text('"'))
}

/** Whether a string satisfies some schemas. */
export function admitsString(nodes: readonly SchemaNode[], value: string): boolean {
  const { min, max, shape } = stringRules(nodes)
  const length = Array.from(value).length
  return min <= length && length <= max && (shape === null || matches(shape, value))
}

export function stringRules(nodes: readonly SchemaNode[]): StringRules {
  const min = Math.max(0, ...nodes.map((node) => countOf(node, 'minLength') ?? 0))
  const max = Math.min(Infinity, ...nodes.map((node) => countOf(node, 'maxLength') ?? Infinity))
  let shape: Automaton | null = null
  let path = ''
  for (const [each, at] of nodes.flatMap(shapesOf)) {
    shape = shape === null ? each : bothOf(shape, each, at)
    path = at
  }
  return { min, max, shape: shape && withLength(shape, min, max, path) }
}

/** Texts of a shape with as many characters as allowed. */
export function withLength(shape: Automaton, min: number, max: number, path: string): Automaton {
  if (min === 0 && max === Infinity) return shape
  return min > max ? [] : bothOf(shape, automatonOfLength(min, max, path), path)
}

function shapesOf(node: SchemaNode): (readonly [Automaton, string])[] {
  const shapes: (readonly [Automaton, string])[] = []
  const pattern = textOf(node, 'pattern')
  if (pattern !== null) {
    const path = pathOf(node.path, 'pattern')
    shapes.push([automatonOfPattern(pattern, path), path])
  }
  const format = textOf(node, 'format')
  if (format !== null) {
    const path = pathOf(node.path, 'format')
    shapes.push([automatonOfFormat(format, path), path])
  }
  return shapes
}

const known = new Map<string, Automaton>()

function automatonOfFormat(format: string, path: string): Automaton {
  const pattern = Object.hasOwn(formats, format) ? formats[format] : undefined
  if (pattern === undefined)
    throw refuse(path, `it must be one of ${Object.keys(formats).join(', ')}; a pattern may do`)
  const automaton = known.get(format) ?? automatonOfPattern(pattern, path)
  known.set(format, automaton)
  return automaton
}

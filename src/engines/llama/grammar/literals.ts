import type { Json } from '../../../chat/json.ts'
import type { Automaton, State } from './automaton.ts'
import type { Expression } from './expression.ts'
import { choice, empty, oneOf, sequence, text } from './expression.ts'
import { blank, gap } from './json-text.ts'
import { anyCharacter, invert, unite } from './ranges.ts'
import type { Rules } from './rules.ts'
import { isList, isObject } from './schema-nodes.ts'
import { writeAutomaton } from './write-automaton.ts'

/** More texts than this share their beginnings in an automaton, so that few ways to go on are open at a time. */
const fewTexts = 8

/** One of some JSON values, each written as `JSON.stringify` does, or with blanks between its parts. */
export function oneOfValues(values: readonly Json[], rules: Rules): Expression {
  const isCompound = (value: Json): boolean => typeof value === 'object' && value !== null
  const texts = values.filter((value) => !isCompound(value)).map((value) => rules.json.write(value))
  return choice([
    oneOfTexts(texts, rules),
    ...values.filter(isCompound).map((value) => writeValue(value, rules)),
  ])
}

export function oneOfTexts(texts: readonly string[], rules: Rules): Expression {
  if (texts.length <= fewTexts) return choice(texts.map(text))
  return writeAutomaton(automatonOfTexts(texts), rules, oneOf, () => empty)
}

function writeValue(value: Json, rules: Rules): Expression {
  const write = (part: Json): Expression => writeValue(part, rules)
  if (isList(value)) return enclose('[', value.map(write), ']')
  if (!isObject(value)) return text(rules.json.write(value))
  const members = Object.entries(value).map(([key, member]) => sequence(keyOf(key, rules), write(member)))
  return enclose('{', members, '}')
}

/** A key of an object with its colon. */
export function keyOf(name: string, { json }: Rules): Expression {
  return sequence(text(`${json.write(name)}:`), blank)
}

function enclose(open: string, parts: readonly Expression[], close: string): Expression {
  if (parts.length === 0) return text(open + close)
  const separated = parts.flatMap((part, index) => (index === 0 ? [part] : [text(','), gap, part]))
  return sequence(text(open), gap, ...separated, gap, text(close))
}

interface Branch {
  readonly children: Map<number, number>
  ends: boolean
}

function treeOf(texts: readonly string[]): readonly Branch[] {
  const tree: Branch[] = [{ children: new Map(), ends: false }]
  for (const each of texts) {
    let at = 0
    for (const character of each) {
      const point = character.codePointAt(0) ?? 0
      const next = tree[at]?.children.get(point) ?? tree.push({ children: new Map(), ends: false }) - 1
      tree[at]?.children.set(point, next)
      at = next
    }
    const last = tree[at]
    if (last) last.ends = true
  }
  return tree
}

/** Exactly these texts. */
export function automatonOfTexts(texts: readonly string[]): Automaton {
  if (texts.length === 0) return []
  return treeOf(texts).map(({ children, ends }) => ({ ends, edges: edgesTo(children) }))
}

/** All texts but these. */
export function automatonOfOthers(texts: readonly string[]): Automaton {
  const tree = treeOf(texts)
  const other: State = { ends: true, edges: [{ ranges: anyCharacter, to: tree.length }] }
  const states = tree.map(({ children, ends }) => {
    const rest = invert(unite([...children.keys()].map((point) => [point, point] as const)))
    return { ends: !ends, edges: [...edgesTo(children), { ranges: rest, to: tree.length }] }
  })
  return [...states, other]
}

function edgesTo(children: ReadonlyMap<number, number>): State['edges'] {
  return [...children].map(([point, to]) => ({ ranges: [[point, point]] as const, to }))
}

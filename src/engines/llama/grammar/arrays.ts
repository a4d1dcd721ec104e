import type { Expression } from './expression.ts'
import { empty, nothing, optional, sequence, text } from './expression.ts'
import { gap } from './json-text.ts'
import { countOf, schemaOf, schemasOf } from './keywords.ts'
import type { Places } from './places.ts'
import type { Located, SchemaNode } from './schema-nodes.ts'
import { isList } from './schema-nodes.ts'

/** The JSON of a list that satisfies some schemas. */
export function arrayExpression(nodes: readonly SchemaNode[], places: Places): Expression {
  const lists = nodes.map(itemsOf)
  const named = Math.max(0, ...lists.map(({ first }) => first.length))
  const min = Math.max(0, ...nodes.map((node) => countOf(node, 'minItems') ?? 0))
  const isOpen = named === 0 || lists.every(({ first, rest }) => first.length === 0 || rest !== null)
  const most = isOpen ? Infinity : Math.max(named, min)
  const max = Math.min(most, ...nodes.map((node) => countOf(node, 'maxItems') ?? Infinity))
  if (min > max) return nothing
  const itemAt = (index: number): Expression =>
    places.place(lists.flatMap(({ first, rest }) => first[index] ?? rest ?? []))

  const next = (item: Expression): Expression => sequence(text(','), gap, item)
  const rest = max > named ? places.rules.add('next', next(itemAt(named))) : nothing
  if (max === 0) return text('[]')
  if (named === 0) {
    const items = sequence(gap, itemAt(0), places.rules.repeat(rest, Math.max(0, min - 1), max - 1), gap)
    return sequence(text('['), min === 0 ? optional(items) : items, text(']'))
  }
  let tail = max > named ? places.rules.repeat(rest, Math.max(0, min - named), max - named) : empty
  for (let index = Math.min(named, max) - 1; index > 0; index--) {
    const more = sequence(next(itemAt(index)), tail)
    tail = places.rules.add('items', index >= min ? optional(more) : more)
  }
  const items = sequence(gap, itemAt(0), tail, gap)
  return sequence(text('['), min === 0 ? optional(items) : items, text(']'))
}

/** The schemas of the first items, and that of all others where there is one. */
interface Items {
  readonly first: readonly Located[]
  readonly rest: Located | null
}

/** Up to draft 7 a list of schemas stands in `items`, and `additionalItems` is for the others. */
function itemsOf(node: SchemaNode): Items {
  if (isList(node.schema['items']))
    return { first: schemasOf(node, 'items') ?? [], rest: schemaOf(node, 'additionalItems') }
  return { first: schemasOf(node, 'prefixItems') ?? [], rest: schemaOf(node, 'items') }
}

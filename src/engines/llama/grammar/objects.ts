import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../../chat/json.ts'
import type { Expression } from './expression.ts'
import { choice, empty, nothing, optional, sequence, text } from './expression.ts'
import { anyString, blank, gap } from './json-text.ts'
import { countOf, namesOf, propertiesOf, schemaOf } from './keywords.ts'
import { automatonOfOthers, keyOf } from './literals.ts'
import type { Places } from './places.ts'
import type { Located, SchemaNode } from './schema-nodes.ts'
import { pathOf, refuse } from './schema-nodes.ts'
import { namedValues } from './value-kinds.ts'
import { writeAutomaton } from './write-automaton.ts'

/** What some schemas say of the properties of an object. */
export interface Members {
  /** In the order in which the schemas name them. One that must not be there is not among them. */
  readonly named: readonly Member[]
  /** What all other properties must satisfy; null where there may be none. */
  readonly others: readonly Located[] | null
  /** What the names of all others must satisfy. */
  readonly names: readonly Located[]
  /** Every name that the schemas say something of. */
  readonly known: readonly string[]
  /** Whether one must be there that must not be. */
  readonly isImpossible: boolean
}

export interface Member {
  readonly name: string
  readonly schemas: readonly Located[]
  readonly isRequired: boolean
}

/** The JSON of an object that satisfies some schemas. */
export function objectExpression(nodes: readonly SchemaNode[], places: Places): Expression {
  const members = membersOf(nodes, places)
  const limits = limitsOf(nodes, members)
  if (members.isImpossible || limits === null) return nothing
  const { rules } = places
  let { rest, next } = othersOf(members, limits.mostOthers, places)
  let isNeeded = false
  for (const { name, schemas, isRequired } of members.named.toReversed()) {
    const here = sequence(keyOf(name, rules), places.place(schemas), rest)
    next = rules.add('member', isRequired ? here : choice([here, next]))
    isNeeded ||= isRequired
    const more = sequence(text(','), gap, next)
    rest = rules.add('members', isNeeded ? more : optional(more))
  }
  const content = sequence(gap, next, gap)
  const isFilled = isNeeded || limits.isFilled
  // An object of nothing has no gap, which could be taken in two ways.
  return sequence(text('{'), isFilled ? content : optional(content), text('}'))
}

/** What may come after all named properties: `rest` after some other property, `next` where one more must come. */
function othersOf(
  { others, names, known }: Members,
  most: number,
  places: Places,
): { readonly rest: Expression; readonly next: Expression } {
  if (others === null || most === 0) return { rest: empty, next: nothing }
  const { rules } = places
  const key =
    known.length > 0
      ? sequence(
          text('"'),
          writeAutomaton(automatonOfOthers(known), rules, rules.json.spell, () => text('"')),
        )
      : names.length > 0
        ? places.place(names)
        : anyString
  const other = rules.add('other', sequence(key, text(':'), blank, places.place(others)))
  const more = rules.add('more', sequence(text(','), gap, other))
  return { rest: rules.repeat(more, 0, most), next: sequence(other, rules.repeat(more, 0, most - 1)) }
}

/** How many properties there may be; null where there can be none at all that satisfy it. */
function limitsOf(
  nodes: readonly SchemaNode[],
  { named, others }: Members,
): { readonly mostOthers: number; readonly isFilled: boolean } | null {
  const required = named.filter(({ isRequired }) => isRequired).length
  let isFilled = false
  let mostOthers = Infinity
  for (const node of nodes) {
    const min = countOf(node, 'minProperties') ?? 0
    // Others may come twice under one name, so that of several no more than one is sure.
    if (min > Math.max(required, 1))
      throw refuse(
        pathOf(node.path, 'minProperties'),
        'more than 1 can be enforced only by naming properties as required',
      )
    isFilled ||= min === 1
    const max = countOf(node, 'maxProperties') ?? Infinity
    if (max >= named.length && others === null) continue
    if (max === Infinity) continue
    if (required < named.length)
      throw refuse(
        pathOf(node.path, 'maxProperties'),
        'beside properties that may be missing it cannot be enforced',
      )
    mostOthers = Math.min(mostOthers, max - named.length)
  }
  return mostOthers < 0 ? null : { mostOthers, isFilled }
}

export function membersOf(nodes: readonly SchemaNode[], places: Places): Members {
  const properties = nodes.map(propertiesOf)
  const others = nodes.map((node) => schemaOf(node, 'additionalProperties'))
  const required = new Set(nodes.flatMap((node) => namesOf(node, 'required')))
  const given = others.filter((each) => each !== null)
  const isListed = properties.some((each) => each.size > 0)
  const isOpen = given.length > 0 ? given.every(({ schema }) => schema !== false) : !isListed
  const nameRules = nodes.flatMap(nameRulesOf)
  const allowed = nameRules.length === 0 ? null : namesAllowed(nameRules, places)
  const known = new Set([
    ...properties.flatMap((each) => [...each.keys()]),
    ...(isOpen ? (allowed ?? []) : []),
    ...required,
  ])
  const every = [...known].map((name) => ({
    name,
    schemas: properties.flatMap((each, index) => each.get(name) ?? others[index] ?? []),
    isRequired: required.has(name),
  }))
  const isAllowed = ({ name, schemas }: Member): boolean =>
    schemas.every(({ schema }) => schema !== false) && (allowed === null || allowed.has(name))
  if (nameRules.length > 0 && allowed === null && known.size > 0)
    throw refuse(nameRules[0]?.path ?? '', 'beside properties only a list of names, as enum, can be enforced')
  return {
    named: every.filter(isAllowed),
    others: isOpen && allowed === null ? given : null,
    names: nameRules,
    known: [...known],
    isImpossible: every.some((member) => member.isRequired && !isAllowed(member)),
  }
}

const anyName: JsonObject = { type: 'string' }

/** `propertyNames`, unless it says no more than that every name is a string, as many generators do. */
function nameRulesOf(node: SchemaNode): readonly Located[] {
  const rule = schemaOf(node, 'propertyNames')
  if (rule === null || rule.schema === true || isDeepStrictEqual(rule.schema, anyName)) return []
  return [rule, { schema: anyName, path: rule.path }]
}

/** The names that `propertyNames` lists; null where it describes them in another way. */
function namesAllowed(rules: readonly Located[], places: Places): ReadonlySet<string> | null {
  const lists = places.alternatives(rules).map(namedValues)
  if (lists.includes(null)) return null
  return new Set(lists.flatMap((values) => values ?? []).filter((value) => typeof value === 'string'))
}

import type { Json } from '../../../chat/json.ts'
import type { Alternative } from './alternatives.ts'
import { alternativesOf } from './alternatives.ts'
import { arrayExpression } from './arrays.ts'
import type { Expression } from './expression.ts'
import { choice, nothing, text } from './expression.ts'
import { oneOfValues } from './literals.ts'
import { admitsNumber, numberExpression } from './number-rules.ts'
import { objectExpression } from './objects.ts'
import type { Places } from './places.ts'
import type { Rules } from './rules.ts'
import type { Located } from './schema-nodes.ts'
import { SchemaDocument, isObject, refuse } from './schema-nodes.ts'
import { stringExpression, stringsAdmitted } from './strings.ts'
import type { ValueKind } from './value-kinds.ts'
import { allowedKinds, kindOf, keywordsOf, namedKinds, namedValues } from './value-kinds.ts'

/**
 * Compiles JSON Schema to rules for the JSON of its instances: properties in the schema's order, no key twice, whitespace
 * bounded. What is generated always satisfies the schema; where the schema's author leaves something open, it may be
 * narrower:
 *
 * - Where `additionalProperties` is not given, no other properties than those named come, unless none are named at all.
 * - Where `items` is not given beside `prefixItems`, no more items come than `minItems` asks for.
 * - Integers and numbers with bounds are written without exponents.
 *
 * Throws a `Failure` naming the keyword for what cannot be enforced.
 */
export class SchemaCompiler implements Places {
  readonly rules: Rules
  readonly #document: SchemaDocument
  /** What a value must satisfy, by the nodes that say so. */
  readonly #places = new Map<string, Expression>()
  readonly #shapes = new Map<string, Expression>()
  readonly #waiting: (() => void)[] = []

  constructor(rules: Rules, root: Located) {
    this.rules = rules
    this.#document = new SchemaDocument(root)
  }

  /** The JSON of a value that satisfies some schemas of the document. */
  value(schemas: readonly Located[]): Expression {
    const value = this.place(schemas)
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next()
    return value
  }

  /** What an alternative of these schemas is, for who must look into it. */
  alternatives(schemas: readonly Located[]): readonly Alternative[] {
    return alternativesOf(this.#document, schemas, this.rules.work)
  }

  /** Compiles later what it names, so that schemas may nest deeply and refer to themselves. */
  place(schemas: readonly Located[]): Expression {
    if (schemas.some(({ schema }) => schema === false)) return nothing
    const nodes = schemas.flatMap(({ schema, path }) =>
      isObject(schema) ? [this.#document.node(schema, path).id] : [],
    )
    const key = [...new Set(nodes)].toSorted((a, b) => a - b).join()
    const known = this.#places.get(key)
    if (known) return known
    const rule = this.rules.reserve('value')
    this.#places.set(key, rule)
    this.#waiting.push(() => this.rules.define(rule, this.#choose(schemas)))
    return rule
  }

  #choose(schemas: readonly Located[]): Expression {
    const keys = new Map<string, Alternative>()
    for (const nodes of this.alternatives(schemas)) keys.set(keyOfNodes(nodes), nodes)
    return choice([...keys].map(([key, nodes]) => this.#shape(key, nodes)))
  }

  #shape(key: string, nodes: Alternative): Expression {
    const known = this.#shapes.get(key)
    if (known) return known
    const rule = this.rules.reserve('shape')
    this.#shapes.set(key, rule)
    this.rules.define(rule, this.#write(nodes))
    return rule
  }

  #write(nodes: Alternative): Expression {
    const values = namedValues(nodes)
    if (values !== null) return oneOfValues(values.filter(valuesAdmitted(nodes, this.rules)), this.rules)
    const kinds = allowedKinds(nodes)
    return choice([...kinds].map((kind) => this.#ofKind(kind, kinds, nodes)))
  }

  #ofKind(kind: ValueKind, kinds: ReadonlySet<ValueKind>, nodes: Alternative): Expression {
    switch (kind) {
      case 'object':
        return objectExpression(nodes, this)
      case 'array':
        return arrayExpression(nodes, this)
      case 'string':
        return stringExpression(nodes, this.rules)
      case 'integer':
        return numberExpression(nodes, kinds, this.rules)
      case 'fraction':
        return nothing
      case 'boolean':
        return choice([text('true'), text('false')])
      case 'null':
        return text('null')
    }
  }
}

function keyOfNodes(nodes: Alternative): string {
  return nodes
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)
    .join()
}

/** Says of a value that some schemas name whether it satisfies what else they say. */
function valuesAdmitted(nodes: Alternative, rules: Rules): (value: Json) => boolean {
  const kinds = namedKinds(nodes)
  const admitsString = stringsAdmitted(nodes, rules)
  return (value) => {
    const kind = kindOf(value)
    if (kinds?.has(kind) === false) return false
    if (typeof value === 'string') return admitsString(value)
    if (typeof value === 'number') return admitsNumber(nodes, value)
    const beside = nodes.find(({ schema }) =>
      keywordsOf(kind).some((keyword) => schema[keyword] !== undefined),
    )
    if (beside !== undefined)
      throw refuse(
        beside.path,
        'what it says of the inside of a value stands beside values that are named whole',
      )
    return true
  }
}

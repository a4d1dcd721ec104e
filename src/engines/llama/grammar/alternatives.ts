import { checkKeywords, namesOf, propertiesOf, schemaOf, schemasOf, textOf } from './keywords.ts'
import type { Located, SchemaDocument, SchemaNode } from './schema-nodes.ts'
import { isObject, malformed, pathOf, refuse } from './schema-nodes.ts'
import { kindOf, namedKinds, namedValues } from './value-kinds.ts'
import type { Work } from './work.ts'

/**
 * Schemas that a value must satisfy all at once, by the keywords that stand in each of them; what they refer to or combine
 * is among them already. Of no schemas: any value.
 */
export type Alternative = readonly SchemaNode[]

/** Bounds of what a schema may make of `anyOf`, `oneOf`, `allOf` and `$ref` in one place. */
const mostAlternatives = 500
const deepest = 100

/** The alternatives of a value that must satisfy some schemas. A chain of references that never ends allows nothing. */
export function alternativesOf(
  document: SchemaDocument,
  schemas: readonly Located[],
  work: Work,
): readonly Alternative[] {
  return new Expansion(document, work).expandAll(schemas, [])
}

class Expansion {
  readonly #document: SchemaDocument
  readonly #work: Work
  readonly #values = new Map<Alternative, ReadonlySet<string> | null>()
  readonly #kinds = new Map<Alternative, ReadonlySet<string> | null>()

  constructor(document: SchemaDocument, work: Work) {
    this.#document = document
    this.#work = work
  }

  expandAll(schemas: readonly Located[], trail: readonly SchemaNode[]): readonly Alternative[] {
    let all: readonly Alternative[] = [[]]
    for (const located of schemas) all = this.#cross(all, this.expand(located, trail), located.path)
    return all
  }

  expand({ schema, path }: Located, trail: readonly SchemaNode[]): readonly Alternative[] {
    if (schema === true) return [[]]
    if (schema === false) return []
    if (!isObject(schema)) throw malformed(path, 'a schema: an object, true or false')
    const node = this.#document.node(schema, path)
    if (trail.includes(node)) return []
    this.#work.spend(10, path)
    if (trail.length > deepest) throw refuse(path, `its schemas are combined more than ${deepest} deep`)
    checkKeywords(node, this.#document.isRoot(node))
    const below = [...trail, node]
    const ref = textOf(node, '$ref')
    const all = [
      ...(ref === null ? [] : [this.#document.resolve(ref, pathOf(path, '$ref'))]),
      ...(schemasOf(node, 'allOf') ?? []),
    ]
    let alternatives = this.#cross([[node]], this.expandAll(all, below), path)
    const any = schemasOf(node, 'anyOf')
    if (any) alternatives = this.#cross(alternatives, this.#union(any, below), pathOf(path, 'anyOf'))
    const one = schemasOf(node, 'oneOf')
    if (one)
      alternatives = this.#cross(alternatives, this.#exclusive(one, below, pathOf(path, 'oneOf')), path)
    return alternatives
  }

  #union(schemas: readonly Located[], trail: readonly SchemaNode[]): readonly Alternative[] {
    return schemas.flatMap((located) => this.expand(located, trail))
  }

  /** As a union, which it is where no value can satisfy two of its schemas. */
  #exclusive(
    schemas: readonly Located[],
    trail: readonly SchemaNode[],
    path: string,
  ): readonly Alternative[] {
    const branches = schemas.map((located) => this.expand(located, trail))
    for (const [index, branch] of branches.entries())
      for (const other of branches.slice(index + 1)) {
        this.#work.spend(20, path)
        if (this.#areDisjoint(branch, other, 0)) continue
        throw refuse(
          path,
          'its schemas must exclude each other by type, by const or enum, or by such a property that both require; use anyOf',
        )
      }
    return branches.flat()
  }

  #areDisjoint(some: readonly Alternative[], others: readonly Alternative[], depth: number): boolean {
    return some.every((one) => others.every((other) => this.#isDisjoint(one, other, depth)))
  }

  #isDisjoint(one: Alternative, other: Alternative, depth: number): boolean {
    if (depth > 3) return false
    const [kinds, otherKinds] = [this.#kindsIn(one), this.#kindsIn(other)]
    if (kinds !== null && otherKinds !== null && areApart(kinds, otherKinds)) return true
    const [values, otherValues] = [this.#valuesIn(one), this.#valuesIn(other)]
    if (values !== null && otherValues !== null) return areApart(values, otherValues)
    const areObjects = [kinds, otherKinds].every((each) => each?.size === 1 && each.has('object'))
    return areObjects && this.#differInProperty(one, other, depth)
  }

  #differInProperty(one: Alternative, other: Alternative, depth: number): boolean {
    const [required, otherRequired] = [requiredIn(one), requiredIn(other)]
    for (const name of required) {
      if (isForbidden(name, other)) return true
      if (!otherRequired.has(name)) continue
      const [some, others] = [one, other].map((nodes) => this.expandAll(propertyIn(nodes, name), []))
      if (some && others && this.#areDisjoint(some, others, depth + 1)) return true
    }
    return [...otherRequired].some((name) => isForbidden(name, one))
  }

  /** All combinations of one of each. */
  #cross(some: readonly Alternative[], others: readonly Alternative[], path: string): readonly Alternative[] {
    if (some.length * others.length > mostAlternatives)
      throw refuse(path, `it allows more than ${mostAlternatives} alternatives in one place`)
    return some.flatMap((one) =>
      others.map((other) => {
        this.#work.spend(one.length + other.length, path)
        return [...new Set([...one, ...other])]
      }),
    )
  }

  #valuesIn(nodes: Alternative): ReadonlySet<string> | null {
    const known = this.#values.get(nodes)
    if (known !== undefined) return known
    const values = namedValues(nodes)
    const written = values && new Set(values.map((value) => JSON.stringify(value)))
    this.#values.set(nodes, written)
    return written
  }

  #kindsIn(nodes: Alternative): ReadonlySet<string> | null {
    const known = this.#kinds.get(nodes)
    if (known !== undefined) return known
    const values = namedValues(nodes)
    const kinds = values === null ? namedKinds(nodes) : new Set(values.map(kindOf))
    this.#kinds.set(nodes, kinds)
    return kinds
  }
}

function areApart(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return ![...some].some((each) => others.has(each))
}

function requiredIn(nodes: Alternative): ReadonlySet<string> {
  return new Set(nodes.flatMap((node) => namesOf(node, 'required')))
}

function propertyIn(nodes: Alternative, name: string): Located[] {
  return nodes.flatMap((node) => propertiesOf(node).get(name) ?? [])
}

function isForbidden(name: string, nodes: Alternative): boolean {
  return nodes.some((node) => {
    const declared = propertiesOf(node).get(name) ?? schemaOf(node, 'additionalProperties')
    return declared?.schema === false
  })
}

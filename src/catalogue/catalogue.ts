import { Failure } from '../chat/failure.ts'
import type { Row } from './row.ts'

export interface Catalogue {
  find(id: string): Row | undefined
  /** In the order in which they came. */
  all(): readonly Row[]
}

/**
 * `own` are the operator's rows, and come before those of `below` that they do not replace. Throws `invalid-request`
 * where two of `own`, or two of `below`, have one id.
 */
export function openCatalogue(own: readonly Row[], below: readonly Row[]): Catalogue {
  const byId = new Map<string, Row>()
  for (const rows of [own, below]) {
    const here = new Set<string>()
    for (const row of rows) {
      const { id } = row.model
      if (here.has(id))
        throw new Failure('invalid-request', `Two models are named '${id}'. Give one of them another name.`)
      here.add(id)
      if (!byId.has(id)) byId.set(id, row)
    }
  }
  return { find: (id) => byId.get(id), all: () => [...byId.values()] }
}

import { Failure } from '../chat/failure.ts'
import type { Row } from './row.ts'

export interface Catalogue {
  find(id: string): Row | undefined
  /** In the order in which they came. */
  all(): readonly Row[]
}

/** Throws `invalid-request` where two rows have one id. */
export function openCatalogue(rows: readonly Row[]): Catalogue {
  const byId = new Map<string, Row>()
  for (const row of rows) {
    const { id } = row.model
    const other = byId.get(id)
    if (other !== undefined) {
      throw new Failure(
        'invalid-request',
        `Two models are named '${id}': ${other.engine.file} and ${row.engine.file}. Give one of them another name.`,
      )
    }
    byId.set(id, row)
  }
  return { find: (id) => byId.get(id), all: () => [...byId.values()] }
}

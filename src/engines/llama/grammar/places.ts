import type { Alternative } from './alternatives.ts'
import type { Expression } from './expression.ts'
import type { Rules } from './rules.ts'
import type { Located } from './schema-nodes.ts'

/** What the compiler of one kind of value asks of the compiler of all. */
export interface Places {
  readonly rules: Rules
  /** The JSON of a value that satisfies some schemas; of no schemas: any value. */
  place(schemas: readonly Located[]): Expression
  alternatives(schemas: readonly Located[]): readonly Alternative[]
}

import { readdirSync, readFileSync } from 'node:fs'
import { readRows } from '../../../../src/catalogue/read-rows.ts'
import type { Model } from '../../../../src/chat/model.ts'
import type { ThoughtPlan } from '../../../../src/engines/llama/messages.ts'
import type { ChatFormat } from '../../../models/random-model.ts'
import type { Case } from './cases.ts'

/** A family of models: its row, its template in our words, its special tokens, and the prompts that must come of them. */
export interface Family {
  readonly model: Model
  readonly format: ChatFormat
  readonly expected: Readonly<Record<Case, Written | Refusal>>
}

type Written = readonly [text: string, thought: ThoughtPlan['from']]
type Refusal = string

/** A list of tokens, written with blanks between them. */
export function words(list: string): readonly string[] {
  return list.trim().split(/\s+/)
}

/** The template in the file of that name, which says what it rests on. */
export function template(name: string): string {
  return readFileSync(new URL(`${name}.jinja`, import.meta.url), 'utf8')
}

const models = new URL('../../../../models/', import.meta.url)
const rows = readdirSync(models)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    readRows({ name, text: readFileSync(new URL(name, models), 'utf8'), folder: '.', field: '' }),
  )

/** The catalogue's row. */
export function modelOf(id: string): Model {
  const row = rows.find(({ model }) => model.id === id)
  if (row === undefined) throw new Error(`no row of ${id}`)
  return row.model
}

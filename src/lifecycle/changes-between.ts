import type { AbilityChange } from '../chat/announcement.ts'

/** What differs between two JSON objects, in the fields that both have: a newer Silica may have more to say of a model. */
export function changesBetween(before: string, after: string): readonly AbilityChange[] {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)]
  return [...old].flatMap(([field, from]) => {
    const to = fresh.get(field)
    return to === undefined || JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field, from, to }]
  })
}

function fieldsOf(text: string): ReadonlyMap<string, unknown> {
  const value: unknown = JSON.parse(text)
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

/** What other people's servers send is read leniently: what is missing or of another type reads as nothing. */

export function fieldOf(value: unknown, name: string): unknown {
  return fieldsOf(value)[name]
}

/** Its fields, none where it is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : nothing
}

const nothing = {}
const none: readonly never[] = []

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : none
}

/** What is made of each; most lists of an event are empty, and share one. */
export function eachOf<Made>(value: unknown, make: (one: unknown, place: number) => Made): readonly Made[] {
  return Array.isArray(value) && value.length > 0 ? value.map(make) : none
}

/** Null for what is no count. */
export function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

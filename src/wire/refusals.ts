import { Failure } from '../chat/failure.ts'
import type { Fault } from './fault.ts'

/** A refusal of `field` in the one form of our own texts, such as `temperature must be between 0 and 2, got 3`. */
export function invalid(field: string, what: string): Failure {
  return refused(field, `The parameter is invalid: ${field} ${what}.`)
}

/** A refusal in the service's own words, which clients look for. */
export function refused(field: string, message: string): Failure {
  return new Failure('invalid-request', message, { field })
}

export function refuseFault(fault: Fault): Failure {
  const { path } = fault
  switch (fault.kind) {
    case 'missing':
      return refused(path, `The parameter is invalid: ${path}: Field required`)
    case 'no-items':
      return refused(path, 'List should have at least 1 item after validation')
    case 'no-variant': {
      const tags = fault.tags.map((tag) => `'${tag}'`).join(', ')
      const field = path.slice(path.lastIndexOf('.') + 1)
      const came = typeof fault.value === 'string' ? `'${cut(fault.value)}'` : show(fault.value)
      return refused(
        path,
        `Input tag ${came} found using '${field}' does not match any of the expected tags: ${tags}`,
      )
    }
    case 'wrong':
      return path === ''
        ? new Failure(
            'invalid-request',
            `The parameter is invalid: the body must be ${fault.allowed}, got ${show(fault.value)}.`,
          )
        : invalid(path, `must be ${fault.allowed}, got ${show(fault.value)}`)
  }
}

/** What came, short enough to be repeated: never more than a glimpse of a text, nothing of a list's or object's inside. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value))
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

const glimpse = 40

function cut(text: string): string {
  return text.length > glimpse ? `${text.slice(0, glimpse)}…` : text
}

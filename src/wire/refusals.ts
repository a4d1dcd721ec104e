import { Failure } from '../chat/failure.ts'
import { cut, type Fault, type Path, show } from '../schema/find-fault.ts'

/** A refusal of `field` in the one form of our own texts, such as `temperature must be between 0 and 2, got 3`. */
export function invalid(field: string, what: string): Failure {
  return refused(field, `The parameter is invalid: ${field} ${what}.`)
}

/** A refusal in the service's own words, which clients look for. */
export function refused(field: string, message: string): Failure {
  return new Failure('invalid-request', message, { field })
}

export function refuseFault(fault: Fault): Failure {
  const path = nameOf(fault.path)
  switch (fault.kind) {
    case 'missing':
      return refused(path, `The parameter is invalid: ${path}: Field required`)
    case 'no-items':
      return refused(path, 'List should have at least 1 item after validation')
    case 'no-variant': {
      const tags = fault.tags.map((tag) => `'${tag}'`).join(', ')
      const came = typeof fault.value === 'string' ? `'${cut(fault.value)}'` : show(fault.value)
      return refused(
        path,
        `Input tag ${came} found using '${fault.path.at(-1)}' does not match any of the expected tags: ${tags}`,
      )
    }
    case 'unknown':
      return invalid(path, `is not known; known are ${fault.known.join(', ')}`)
    case 'wrong':
      return path === ''
        ? new Failure(
            'invalid-request',
            `The parameter is invalid: the body must be ${fault.allowed}, got ${show(fault.value)}.`,
          )
        : invalid(path, `must be ${fault.allowed}, got ${show(fault.value)}`)
  }
}

/** A path as callers read it: `messages[2].role`. */
function nameOf(path: Path): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('')
}

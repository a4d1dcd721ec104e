import { Failure } from '../chat/failure.ts'

/**
 * One line for whoever started the command. What is no `Failure` and no error of the system is a defect of ours, and
 * only that comes with its stack.
 */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof Failure) {
    const { cause } = error
    const hidden =
      cause instanceof Error && !error.message.includes(cause.message) ? ` (${cause.message})` : ''
    return error.message + hidden
  }
  const port = 'port' in error ? String(error.port) : ''
  const address = 'address' in error ? String(error.address) : ''
  switch ('code' in error ? error.code : undefined) {
    case undefined:
      return `This is a defect of Silica:\n${error.stack ?? error.message}`
    case 'EADDRINUSE':
      return `Port ${port} of ${address} is in use. Choose another with --port, or any free one with --port 0.`
    case 'EACCES':
      if (port !== '') return `Port ${port} needs more rights. Choose one above 1023 with --port.`
      return error.message
    case 'EADDRNOTAVAIL':
      return `This machine does not have the address ${address}. Choose another with --host.`
    default:
      return error.message
  }
}

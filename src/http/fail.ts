import type { FastifyError, FastifyReply } from 'fastify'
import { Failure, toFailure } from '../chat/failure.ts'
import { writeFailure } from '../wire/failures.ts'
import { refusalHeaders } from '../wire/limit-headers.ts'
import type { HttpParts } from './server.ts'

/** Bytes that a body may have. */
export const bodyLimit = 32 * 1024 * 1024

/** Sends why a request was not answered, in the form that its API gives to failures. */
export function fail(
  parts: HttpParts,
  reply: FastifyReply,
  traceId: string,
  error: FastifyError | Failure,
  write = writeFailure,
): FastifyReply {
  const failure = error instanceof Failure ? error : ofFastify(error)
  parts.failed(traceId, failure)
  const { status, contentType, body } = write(failure)
  // The rest of a body that is not wanted would otherwise be read to its end.
  if (!reply.request.raw.complete) void reply.header('connection', 'close')
  return reply.status(status).headers(refusalHeaders(failure)).type(contentType).send(body)
}

/** What Fastify refuses by itself, before a route sees it. */
function ofFastify(error: FastifyError): Failure {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new Failure('body-too-large', `The request body must not be larger than ${bodyLimit} bytes.`)
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new Failure('invalid-request', `The request cannot be read: ${error.message}.`)
  }
  return toFailure(error)
}

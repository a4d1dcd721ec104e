import { Failure } from '../chat/failure.ts'

/** The JSON value of a body. Throws `invalid-request` where it is no strict UTF-8 or no JSON, and says where. */
export function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(readText(body))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Failure('invalid-request', `The parameter is invalid: the body is not JSON: ${error.message}.`)
  }
}

function readText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Failure(
      'invalid-request',
      `The parameter is invalid: the body is not UTF-8 at byte ${firstBadByte(body)}.`,
    )
  }
}

/** A forgiving decoder replaces what is wrong, so the first byte that does not come back is the first wrong one. */
function firstBadByte(body: Uint8Array): number {
  const kept = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body))
  return body.findIndex((byte, at) => byte !== kept[at])
}

import { Failure } from '../chat/failure.ts'

/** `JSON.parse` takes seconds for megabytes of brackets. What is smaller than this is parsed before it could be checked. */
const checkedFrom = 64 * 1024
const deepest = 500

/**
 * The JSON value of a body. Throws `invalid-request` where it is no strict UTF-8 or no JSON, and says where; also where
 * a large one nests deeper than any request does.
 */
export function readJson(body: Uint8Array): unknown {
  if (body.length > checkedFrom && nestsDeeper(body, deepest)) {
    throw new Failure(
      'invalid-request',
      `The parameter is invalid: the body nests deeper than ${deepest} levels.`,
    )
  }
  try {
    return JSON.parse(readText(body))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Failure('invalid-request', `The parameter is invalid: the body is not JSON: ${error.message}.`)
  }
}

const sign = {
  quote: 0x22,
  backslash: 0x5c,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
}

/** Whether more than `limit` brackets are open at once. Reads texts only for where they end, and judges no JSON. */
function nestsDeeper(body: Uint8Array, limit: number): boolean {
  let depth = 0
  let inText = false
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (inText) {
      if (byte === sign.backslash) at++
      else if (byte === sign.quote) inText = false
    } else if (byte === sign.quote) inText = true
    else if (byte === sign.openList || byte === sign.openObject) {
      if (++depth > limit) return true
    } else if (byte === sign.closeList || byte === sign.closeObject) depth--
  }
  return false
}

const strict = new TextDecoder('utf-8', { fatal: true })

function readText(body: Uint8Array): string {
  try {
    return strict.decode(body)
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

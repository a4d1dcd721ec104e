/** Longer than any secret: what is left at a cut end could be the beginning of one. */
const longestSecret = 1024

const secrets: readonly (readonly [what: RegExp, instead: string])[] = [
  // Pictures and sounds: what they are, not what they show.
  [/(data:[\w.+-]*\/?[\w.+-]*(?:;[\w=.+-]+)*;base64,)[A-Za-z0-9+/=_-]+/g, '$1[redacted]'],
  [
    /("[^"\\]*(?:authorization|api[_-]?key|secret|password|passwd|token|credential)s?"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
    '$1"[redacted]"',
  ],
  [/\b(bearer|basic)(\s+)[\w.~+/=-]{8,}/gi, '$1$2[redacted]'],
  // Keys as they are commonly written: a short prefix, and then much that nobody can read.
  [/\b(?:sk|pk|rk|hf|gh[pousr]|glpat|xox[abprs]|AKIA|AIza|ya29)[-_.]?[A-Za-z0-9_-]{12,}/g, '[redacted]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
]

/**
 * A body without what looks like a key, a password or a file. It is cut far behind `most`, so that a body of any size takes
 * a bounded time.
 */
export function redact(body: Buffer, most: number): { readonly text: string; readonly isCut: boolean } {
  const end = 4 * most
  const isCut = body.length > end
  const whole = body.subarray(0, end).toString('utf8')
  let text = whole
  for (const [what, instead] of secrets) text = text.replace(what, instead)
  return { text: isCut ? text.slice(0, Math.max(0, text.length - longestSecret)) : text, isCut }
}

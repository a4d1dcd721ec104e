/** The two headers of W3C's Trace Context, as a caller sent them; empty where none came or they are not well-formed. */
export interface TraceContext {
  readonly traceparent: string
  readonly tracestate: string
}

export const noTraceContext: TraceContext = { traceparent: '', tracestate: '' }

/** Where a request stands among others: hexadecimal ids of 32 digits for the trace and 16 for a span. */
export interface TracePlace {
  readonly traceId: string
  /** The caller's span; empty where the trace begins here. */
  readonly parentId: string
  /** The request's own. */
  readonly spanId: string
  /** Whether whoever began the trace wants it recorded. */
  readonly sampled: boolean
}

const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/
const mostState = 512

/** Takes what came as headers. A state without a parent means nothing. */
export function readTraceContext(traceparent: unknown, tracestate: unknown): TraceContext {
  if (typeof traceparent !== 'string' || !form.test(traceparent)) return noTraceContext
  const fits = typeof tracestate === 'string' && /^[\x20-\x7e]*$/.test(tracestate)
  return { traceparent, tracestate: fits ? tracestate.slice(0, mostState) : '' }
}

/** A request's place in its caller's trace, or in one of its own, which has the request's id. */
export function placeIn({ traceparent }: TraceContext, ownId: string, spanId: string): TracePlace {
  const [, traceId, parentId = '', flags = ''] = form.exec(traceparent) ?? []
  if (traceId === undefined) return { traceId: ownId, parentId: '', spanId, sampled: true }
  return { traceId, parentId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** What goes on to servers that are asked on behalf of a span. */
export function contextHeaders(
  { tracestate }: TraceContext,
  { traceId, sampled }: TracePlace,
  spanId: string,
): Readonly<Record<string, string>> {
  const traceparent = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
  return tracestate === '' ? { traceparent } : { traceparent, tracestate }
}

import { Failure } from '../chat/failure.ts'
import type { TraceSettings } from '../settings.ts'

type Variable = (name: string) => string | undefined

/** What OpenTelemetry's own variables say; null where they name no collector, or switch it off. */
export function standardTraces(variable: Variable): TraceSettings | null {
  const off =
    variable('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || variable('OTEL_TRACES_EXPORTER') === 'none'
  if (off) return null
  const own = variable('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
  if (own !== undefined) return tracesTo(checked('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', own))
  const all = variable('OTEL_EXPORTER_OTLP_ENDPOINT')
  return all === undefined ? null : tracesBelow('OTEL_EXPORTER_OTLP_ENDPOINT', all)
}

/** Traces for a collector whose address stands in `name`, without the path that OTLP gives them. */
export function tracesBelow(name: string, address: string): TraceSettings {
  const url = new URL(checked(name, address))
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`
  return tracesTo(url.href)
}

/** With what is sent along, and the name of this service, as OpenTelemetry's variables have them. */
export function namedTraces(traces: TraceSettings | null, variable: Variable): TraceSettings | null {
  if (traces === null) return null
  const headers =
    variable('OTEL_EXPORTER_OTLP_TRACES_HEADERS') ?? variable('OTEL_EXPORTER_OTLP_HEADERS') ?? ''
  return {
    ...traces,
    headers: Object.fromEntries(headers.split(',').flatMap(headerOf)),
    service: variable('OTEL_SERVICE_NAME') ?? traces.service,
  }
}

function tracesTo(url: string): TraceSettings {
  return { url, headers: {}, service: 'silica' }
}

/** Never repeats what it refuses, which may hold a password. */
function checked(name: string, address: string): string {
  if (/^https?:\/\//.test(address) && URL.canParse(address) && new URL(address).username === '')
    return address
  throw new Failure(
    'invalid-request',
    `${name} must be the address of a collector that takes OTLP over HTTP, such as http://localhost:4318, without a user.`,
  )
}

/** One of `name=value,name=value`, its value in the encoding of URLs. */
function headerOf(pair: string): readonly (readonly [string, string])[] {
  const [, name = '', value = ''] = /^\s*([\w-]+)\s*=\s*([\x20-\x7e]*?)\s*$/.exec(pair) ?? []
  if (name === '') return []
  try {
    return [[name.toLowerCase(), decodeURIComponent(value)]]
  } catch {
    return [[name.toLowerCase(), value]]
  }
}

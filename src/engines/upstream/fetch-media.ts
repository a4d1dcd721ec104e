import { lookup as resolveName, type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { Agent } from 'undici'
import { Failure } from '../../chat/failure.ts'
import type { Medium } from '../../chat/model.ts'
import { isPublicAddress } from './public-address.ts'
import { type ServerKind, servers } from './servers.ts'

export interface MediaRules {
  /** Hosts, with their ports where those are not the scheme's own, that may be fetched from wherever they are. */
  readonly trusted: readonly string[]
  readonly mostBytes: number
  /** Milliseconds for all of it, redirects and all. */
  readonly longest: number
  /** Every address of a name. */
  readonly resolve: (name: string) => Promise<readonly string[]>
}

/** Fetches what callers point at. */
export interface MediaFetcher {
  /**
   * What stands at an address, as a `data:` URL. `kind`: what it must be, or a PDF where pictures may be one. Only of the open internet: each address, also behind a redirect, is
   * looked at after its name was resolved, and the connection goes to what was looked at. Throws `invalid-request` for
   * whatever may not be fetched, is none of the medium, too large or too slow.
   */
  fetch(url: string, kind: Medium | 'image or pdf', signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

const mostRedirects = 3

export function openMediaFetcher({ trusted, mostBytes, longest, resolve }: MediaRules): MediaFetcher {
  /** Only asked for hosts that are no addresses themselves; its answer is what is connected to. */
  async function publicAddresses(name: string): Promise<readonly LookupAddress[]> {
    const addresses = await resolve(name)
    // One that is not public is one too many: which of them is connected to is not decided here.
    if (addresses.length === 0 || !addresses.every(isPublicAddress)) throw new Error('the host is not public')
    return addresses.map((address) => ({ address, family: isIP(address) }))
  }

  const guarded = new Agent({
    connect: {
      lookup(name, { all }, done) {
        publicAddresses(name).then(
          (addresses) => {
            const [first] = addresses
            if (all) done(null, [...addresses])
            else done(null, first?.address ?? '', first?.family)
          },
          (error: NodeJS.ErrnoException) => done(error, []),
        )
      },
    },
  })
  const open = new Agent()

  async function follow(
    url: string,
    kind: Medium | 'image or pdf',
    signal: AbortSignal,
    redirects: number,
  ): Promise<string> {
    const { href, origin, pathname, search, hostname, host } = check(url)
    const isTrusted = trusted.includes(host)
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (!isTrusted && isIP(literal) !== 0 && !isPublicAddress(literal))
      throw new Error('the host is not public')
    const { statusCode, headers, body } = await (isTrusted ? open : guarded).request({
      origin,
      path: pathname + search,
      method: 'GET',
      headers: {
        accept: typesOf(kind)
          .map((type) => (type.endsWith('/') ? `${type}*` : type))
          .join(', '),
        'user-agent': 'silica',
        'accept-encoding': 'identity',
      },
      signal,
    })
    try {
      const { location } = headers
      if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
        if (redirects === 0) throw new Error('it redirects too often')
        return await follow(new URL(location, href).href, kind, signal, redirects - 1)
      }
      if (statusCode !== 200) throw new Error(`its server answers with status ${statusCode}`)
      const type = /^[\w.+/-]+/.exec(String(headers['content-type'] ?? ''))?.[0] ?? ''
      if (!typesOf(kind).some((start) => type.startsWith(start))) throw new Error(`it is no ${kind}`)
      const parts: Buffer[] = []
      let size = 0
      for await (const part of body) {
        const bytes = Buffer.from(part)
        size += bytes.length
        if (size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`)
        parts.push(bytes)
      }
      return `data:${type};base64,${Buffer.concat(parts).toString('base64')}`
    } finally {
      body.on('error', () => {}).destroy()
    }
  }

  return {
    async fetch(url, kind, signal) {
      const late = AbortSignal.timeout(longest)
      try {
        return await follow(url, kind, AbortSignal.any([signal, late]), mostRedirects)
      } catch (error) {
        signal.throwIfAborted()
        const why = late.aborted ? 'it takes too long' : error instanceof Error ? error.message : 'unknown'
        throw new Failure(
          'invalid-request',
          `The ${kind} at ${url.slice(0, 200)} cannot be fetched: ${why}.`,
          {
            field: 'messages',
            cause: error,
          },
        )
      }
    },
    async close() {
      await Promise.all([guarded.destroy(), open.destroy()])
    },
  }
}

function typesOf(kind: Medium | 'image or pdf'): readonly string[] {
  return kind === 'image or pdf' ? ['image/', 'application/pdf'] : [`${kind}/`]
}

const megabyte = 2 ** 20

/** The fetcher for a server: none where the server is to fetch by itself. `auto`: where it is on the open internet. */
export function fetcherFor(
  server: ServerKind,
  where: 'auto' | 'here' | 'there',
  trusted: readonly string[],
): MediaFetcher | null {
  const there = where === 'auto' ? servers[server].outside : where === 'there'
  return there
    ? null
    : openMediaFetcher({ trusted, mostBytes: 64 * megabyte, longest: 30_000, resolve: resolveHere })
}

function check(url: string): URL {
  if (!URL.canParse(url)) throw new Error('it is no address')
  // Parsed, an IPv4 address that was written as one number, in octal or in hexadecimal stands as everybody writes it.
  const parsed = new URL(url)
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw new Error('only http and https are')
  if (parsed.username !== '' || parsed.password !== '') throw new Error('it holds a password')
  return parsed
}

/** Every address that this machine resolves a name to. */
function resolveHere(name: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    resolveName(name, { all: true }, (error, found) => {
      if (error) reject(error)
      else resolve(found.map(({ address }) => address))
    })
  })
}

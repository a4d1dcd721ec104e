import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** What the next requests for a file's bytes meet, one after the other; then all goes well. */
export type Fault =
  /** So many bytes, which arrive, then the connection ends. */
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number }
  /** The whole file, whatever range was asked for. */
  | { readonly kind: 'no-ranges' }
  /** Another length than the list says. */
  | { readonly kind: 'longer' | 'shorter' }
  /** The right length, and other bytes. */
  | { readonly kind: 'other-bytes' }
  /** Headers, and then nothing. */
  | { readonly kind: 'silence' }

export interface HubServer {
  /** The hub; `files` redirects to a server of another origin for the bytes, as the real ones do. */
  readonly url: string
  /** One line for each request for bytes: the range asked for, and whether a token came along. */
  readonly asked: string[]
  fail(...faults: readonly Fault[]): void
  close(): Promise<void>
}

export interface HubOptions {
  readonly files: Readonly<Record<string, Buffer>>
  /** Empty for a public repository. */
  readonly token: string
}

/** A hub with the one repository `owner/name`, in the layout of both Hugging Face and ModelScope. */
export async function openHub({ files, token }: HubOptions): Promise<HubServer> {
  const asked: string[] = []
  let faults: Fault[] = []
  const store = await listen((request, response) => {
    const path = decodeURIComponent(request.url?.slice(1) ?? '')
    asked.push(`${request.headers.range ?? 'all'}${request.headers.authorization ? ' with token' : ''}`)
    sendFile(response, files[path] ?? Buffer.alloc(0), request.headers.range, faults.shift())
  })
  const hub = await listen((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub')
    const allowed = token === '' || request.headers.authorization === `Bearer ${token}`
    if (!allowed) response.writeHead(401).end('Invalid credentials')
    else answer(url, response)
  })

  function answer({ pathname, searchParams }: URL, response: ServerResponse): void {
    const resolved = /^\/owner\/name\/resolve\/main\/(.+)$/.exec(pathname)?.[1]
    const path = resolved ?? searchParams.get('FilePath')
    if (path && files[decodeURIComponent(path)])
      response.writeHead(302, { location: `${addressOf(store)}/${path}` }).end()
    else if (pathname === '/api/models/owner/name/tree/main') sendTree(searchParams.get('cursor'), response)
    else if (pathname === '/api/v1/models/owner/name/repo/files')
      response.end(JSON.stringify(modelScopeFiles()))
    else response.writeHead(404).end('Repository not found')
  }

  /** One entry a page, so that whoever wants all must go on. */
  function sendTree(cursor: string | null, response: ServerResponse): void {
    const entries = [{ path: 'README.md', size: 3, oid: 'x' }, ...Object.entries(files).map(treeEntry)]
    const at = Number(cursor ?? 0)
    if (at + 1 < entries.length)
      response.setHeader(
        'link',
        `</api/models/owner/name/tree/main?recursive=true&cursor=${at + 1}>; rel="next"`,
      )
    response.end(JSON.stringify(entries.slice(at, at + 1)))
  }

  function modelScopeFiles(): object {
    const Files = Object.entries(files).map(([Path, bytes]) => ({
      Path,
      Size: bytes.length,
      Sha256: digest(bytes),
      Type: 'blob',
    }))
    return { Code: 200, Success: true, Data: { Files: [{ Path: 'dir', Size: 0, Type: 'tree' }, ...Files] } }
  }

  return {
    url: addressOf(hub),
    asked,
    fail: (...next) => void (faults = [...next]),
    async close() {
      for (const server of [hub, store]) {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  }
}

function treeEntry([path, bytes]: [string, Buffer]): object {
  return { type: 'file', path, size: bytes.length, oid: 'x', lfs: { oid: digest(bytes), size: bytes.length } }
}

export function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function addressOf(server: Server): string {
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

function sendFile(
  response: ServerResponse,
  file: Buffer,
  range: string | undefined,
  fault: Fault | undefined,
): void {
  if (fault?.kind === 'status') {
    response.writeHead(fault.status).end()
    return
  }
  const from = fault?.kind === 'no-ranges' ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  const bytes = changed(file, fault).subarray(from)
  const partial = from > 0
  response.writeHead(partial ? 206 : 200, {
    'content-length': bytes.length,
    ...(partial
      ? { 'content-range': `bytes ${from}-${from + bytes.length - 1}/${from + bytes.length}` }
      : {}),
  })
  if (fault?.kind === 'silence') response.flushHeaders()
  else if (fault?.kind === 'cut') response.write(bytes.subarray(0, fault.after), () => response.socket?.end())
  else response.end(bytes)
}

function changed(file: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'longer') return Buffer.concat([file, Buffer.alloc(10)])
  if (fault?.kind === 'shorter') return file.subarray(0, -10)
  return fault?.kind === 'other-bytes' ? Buffer.alloc(file.length) : file
}

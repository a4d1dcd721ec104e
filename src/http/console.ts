import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Everything comes from this server, and no page of another may hold this one. `data:` is what a user attaches. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

interface File {
  readonly plain: Buffer
  readonly zipped: Buffer
  readonly etag: string
}

/** The console at `/`, from the folder in which `npm run build` leaves it. */
export function addConsole(app: FastifyInstance, folder: string): void {
  const assets = new Map<string, File>()

  app.get('/', async (request, reply) => {
    const page = await open(join(folder, 'index.html'))
    if (page === undefined)
      return reply
        .headers({ ...headers, refresh: '1' })
        .type('text/html')
        .send(notBuilt)
    return send(request, reply.header('cache-control', 'no-cache'), '.html', page)
  })
  app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const { name } = request.params
    // A name holds the hash of what the file has, so what was read once is true for ever.
    const asset =
      assets.get(name) ?? (/^[\w-][\w.-]*$/.test(name) ? await open(join(folder, 'assets', name)) : undefined)
    if (asset === undefined) return reply.callNotFound()
    assets.set(name, asset)
    const kept = reply.header('cache-control', 'public, max-age=31536000, immutable')
    return send(request, kept, extname(name), asset)
  })
}

async function open(path: string): Promise<File | undefined> {
  try {
    const plain = await readFile(path)
    return { plain, zipped: await promisify(gzip)(plain), etag: `"${hash('sha256', plain).slice(0, 32)}"` }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function send(request: FastifyRequest, reply: FastifyReply, extension: string, file: File): FastifyReply {
  void reply.headers({ ...headers, etag: file.etag, vary: 'accept-encoding' })
  if (request.headers['if-none-match'] === file.etag) return reply.status(304).send()
  void reply.type(types[extension] ?? 'application/octet-stream')
  const zips = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  return zips ? reply.header('content-encoding', 'gzip').send(file.zipped) : reply.send(file.plain)
}

const notBuilt = `<!doctype html><html lang="en"><title>Silica</title>
<p>The console is being built and opens here in a moment. If it does not, run <code>npm run build</code>.</p></html>
`

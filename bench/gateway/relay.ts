// The least that a gateway on Node can do: `node:http` before it, undici behind it, bytes handed on unread.
// Usage: node relay.ts PORT UPSTREAM
import { createServer } from 'node:http'
import { Pool } from 'undici'

const [, , port, upstream = ''] = process.argv
const pool = new Pool(upstream, { connections: null })

createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const { 'content-type': type = '', authorization = '' } = request.headers
    pool.dispatch(
      {
        method: 'POST',
        path: request.url ?? '/',
        headers: { 'content-type': type, authorization },
        body: Buffer.concat(parts),
      },
      {
        onRequestStart() {},
        onResponseStart(_, status, headers) {
          response.writeHead(status, { 'content-type': String(headers['content-type']) })
        },
        onResponseData: (_, part) => void response.write(part),
        onResponseEnd: () => void response.end(),
        onResponseError: () => void response.destroy(),
      },
    )
  })
}).listen(Number(port), '127.0.0.1')

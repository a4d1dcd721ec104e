import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'

/** A webhook of somebody else, which answers as it is told and keeps what came. */
export interface WebhookServer {
  readonly url: string
  readonly came: { readonly headers: IncomingHttpHeaders; readonly body: string }[]
  /** The status that it answers with from now on. */
  answer(status: number): void
  close(): Promise<void>
}

export async function startWebhookServer(): Promise<WebhookServer> {
  let status = 204
  const came: WebhookServer['came'] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      came.push({ headers: request.headers, body })
      response.writeHead(status, { location: '/elsewhere' }).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/hook`,
    came,
    answer: (wanted) => void (status = wanted),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'

/** A way to a PostgreSQL that can be cut, or made to bring nothing any more, and mended. */
export interface Way {
  /** The same database, by this way. */
  readonly url: string
  cut(): void
  stall(): void
  mend(): void
  close(): Promise<void>
}

export async function openWay(to: string): Promise<Way> {
  const target = new URL(to)
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'stalled' = 'open'
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(Number(target.port), target.hostname)
    const pair = [near, far] as const
    for (const [one, other] of [pair, pair.toReversed()]) {
      if (one === undefined || other === undefined) continue
      sockets.add(one)
      one.on('data', (bytes) => state === 'open' && other.write(bytes))
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const url = new URL(to)
  url.host = `127.0.0.1:${port}`
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    cut() {
      state = 'cut'
      cutAll()
    },
    stall() {
      state = 'stalled'
    },
    mend() {
      state = 'open'
      // What was lost on the way does not come again.
      cutAll()
    },
    async close() {
      cutAll()
      server.close()
      await once(server, 'close')
    },
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setTimeout } from 'node:timers/promises'

/** Path of a `llama-server` to test against; it is not among what `npm ci` installs. Empty for none. */
export const llamaServer = process.env['LLAMA_SERVER'] ?? ''

const bundled = fileURLToPath(new URL('../../models/nano/silica-nano.gguf', import.meta.url))

/** A llama-server that runs the bundled model in windows of 512 tokens. Gives what stands before `/chat/completions`. */
export async function openLlamaServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const port = String(await freePort())
  const flags = ['-m', bundled, '--port', port, '-c', '2048', '-np', '4', '-t', '1', '--jinja']
  const server = spawn(llamaServer, flags, { stdio: 'ignore' })
  const address = `http://127.0.0.1:${port}`
  const isReady = () =>
    fetch(`${address}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) await setTimeout(50)
  return {
    url: `${address}/v1`,
    async close() {
      // Asked politely it has been seen to hang.
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('a server has an address')
  return address.port
}

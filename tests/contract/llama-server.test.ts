import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe } from 'vitest'
import { anUpstream } from '../upstream/an-upstream.ts'
import { engineContract } from './engine.ts'
import { aPrompt, asks } from './prompts.ts'

// Path of a `llama-server` to test against; it is not among what `npm ci` installs.
const binary = process.env['LLAMA_SERVER']
const bundled = fileURLToPath(new URL('../../models/nano/silica-nano.gguf', import.meta.url))
const port = 18_431

describe.skipIf(binary === undefined)('llama-server', () => {
  const flags = ['-m', bundled, '--port', String(port), '-c', '2048', '-np', '4', '-t', '2', '--jinja']
  let server: ReturnType<typeof spawn> | undefined
  beforeAll(async () => {
    server = spawn(binary ?? '', flags, { stdio: 'ignore' })
    const url = `http://127.0.0.1:${port}/health`
    for (let ready = false; !ready;)
      ready = await fetch(url)
        .then((response) => response.ok)
        .catch(() => false)
  })
  afterAll(async () => {
    server?.kill()
    if (server) await once(server, 'exit')
  })

  const options = {
    prompt: aPrompt,
    longPrompt: asks('Why? '.repeat(80)),
    tooLongPrompt: asks('Why? '.repeat(800)),
  }
  const url = `http://127.0.0.1:${port}/v1`
  for (const budget of ['there', 'here'] as const)
    engineContract(
      `llama-server, the thinking budget kept ${budget}`,
      () => anUpstream(url, { server: 'llama-server', budget }),
      options,
    )
})

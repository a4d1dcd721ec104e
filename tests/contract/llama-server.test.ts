import { afterAll, beforeAll, describe } from 'vitest'
import { anUpstream } from '../upstream/an-upstream.ts'
import { llamaServer, openLlamaServer } from '../upstream/llama-server.ts'
import { engineContract } from './engine.ts'
import { aPrompt, asks } from './prompts.ts'

describe.skipIf(llamaServer === '')('llama-server', () => {
  let server: Awaited<ReturnType<typeof openLlamaServer>>
  beforeAll(async () => {
    server = await openLlamaServer()
  })
  afterAll(() => server.close())

  for (const budget of ['there', 'here'] as const)
    engineContract(
      `llama-server, the thinking budget kept ${budget}`,
      () => anUpstream(server.url, { server: 'llama-server', budget }),
      { prompt: aPrompt, longPrompt: asks('Why? '.repeat(80)), tooLongPrompt: asks('Why? '.repeat(800)) },
    )
})

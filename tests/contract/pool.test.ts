import { afterAll } from 'vitest'
import { aPool } from '../upstream/an-upstream.ts'
import { openFaultServer } from '../upstream/fault-server.ts'
import { engineContract } from './engine.ts'
import { aPrompt, asks } from './prompts.ts'

const servers = await Promise.all([openFaultServer(), openFaultServer({ splits: false })])
afterAll(() => Promise.all(servers.map((server) => server.close())))

engineContract('pool, of one server that gives thought apart and one that does not', () => aPool(servers), {
  prompt: aPrompt,
  longPrompt: asks('Why? '.repeat(80)),
  tooLongPrompt: asks('Why? '.repeat(800)),
})

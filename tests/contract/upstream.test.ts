import { afterAll } from 'vitest'
import { anUpstream } from '../upstream/an-upstream.ts'
import { openFaultServer } from '../upstream/fault-server.ts'
import { engineContract } from './engine.ts'
import { aPrompt, asks } from './prompts.ts'

const splitting = await openFaultServer({ splits: true })
const raw = await openFaultServer({ splits: false })
afterAll(() => Promise.all([splitting.close(), raw.close()]))

const options = {
  prompt: aPrompt,
  longPrompt: asks('Why? '.repeat(80)),
  tooLongPrompt: asks('Why? '.repeat(800)),
}

engineContract('upstream, a server that gives thought apart', () => anUpstream(splitting.url), options)
engineContract('upstream, a server that leaves it in the text', () => anUpstream(raw.url), options)

import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/chat/engine.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { ChatRequest, ToolUse } from '../../src/chat/request.ts'
import { decode } from '../../src/decode/decode.ts'
import { llamaEngine } from '../../src/engines/llama/llama-engine.ts'
import { never } from '../contract/engine.ts'
import { aPrompt, thinkingUpTo } from '../contract/prompts.ts'
import { tinyOptions } from '../engines/llama/tiny-engine.ts'
import { anUpstream, aPool } from './an-upstream.ts'
import { openFaultServer } from './fault-server.ts'
import { llamaServer, openLlamaServer } from './llama-server.ts'
import { collect } from '../contract/batches.ts'

interface Opened {
  readonly engine: Engine
  close(): Promise<unknown>
}

/** The law L8 on every engine there is. */
const engines: readonly (readonly [name: string, open: () => Promise<Opened>])[] = [
  ['the embedded engine', () => Promise.resolve(alone(llamaEngine(tinyOptions(bundled()))))],
  ['a server that gives thought apart', () => overFaultServer(true)],
  ['a server that leaves it in the text', () => overFaultServer(false)],
  ['a pool', overPool],
  ...(llamaServer === ''
    ? []
    : ([
        ['llama-server, which keeps to the budget', () => overLlamaServer('there')],
        ['llama-server, without its own budget', () => overLlamaServer('here')],
      ] as const)),
]

function bundled(): string {
  return fileURLToPath(new URL('../../models/nano/silica-nano.gguf', import.meta.url))
}

function alone(engine: Engine): Opened {
  return { engine, close: () => engine.close() }
}

async function overFaultServer(splits: boolean): Promise<Opened> {
  const server = await openFaultServer({ splits })
  const engine = anUpstream(server.url)
  return { engine, close: () => Promise.all([engine.close(), server.close()]) }
}

async function overPool(): Promise<Opened> {
  const servers = [await openFaultServer({ splits: true }), await openFaultServer({ splits: false })]
  const engine = aPool(servers)
  return { engine, close: () => Promise.all([engine.close(), ...servers.map((server) => server.close())]) }
}

async function overLlamaServer(budget: 'here' | 'there'): Promise<Opened> {
  const server = await openLlamaServer()
  const engine = anUpstream(server.url, { server: 'llama-server', budget })
  return { engine, close: () => Promise.all([engine.close(), server.close()]) }
}

const tool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
}
const calling: ToolUse = { mode: 'auto', tools: [tool] }

/** Whatever bears on how an answer is cut. */
const requests = fc.record({
  question: fc.constantFrom('What is 17 + 25?', 'What is the weather in Paris?', 'Give me a JSON object.'),
  thinks: fc.boolean(),
  budget: fc.constantFrom(1, 2, 5, 20, 60),
  answerLimit: fc.constantFrom(1, 3, 8, 40),
  choices: fc.constantFrom(1, 1, 3),
  extra: fc.constantFrom('none', 'none', 'calls', 'json'),
  seed: fc.nat(1000),
})

describe.each(engines)('on %s', (_, open) => {
  test(
    'thought keeps to its budget and the answer to its limit, in every choice',
    { timeout: 240_000 },
    async () => {
      const opened = await open()
      try {
        await fc.assert(
          fc.asyncProperty(requests, async ({ question, thinks, budget, extra, seed, ...rest }) => {
            const request: ChatRequest = {
              ...aPrompt,
              ...rest,
              messages: [{ role: 'user', parts: [{ type: 'text', text: question }] }],
              sampling: { ...aPrompt.sampling, temperature: 0.7, seed },
              thinking: thinks ? thinkingUpTo(budget) : { mode: 'off' },
              tools: extra === 'calls' ? calling : { mode: 'none' },
              output: { kind: extra === 'json' ? 'json' : 'text' },
              stop: [],
              reply: { kind: 'whole' },
            }
            const said = opened.engine.answer({ ...request, caller: '', reading: 'as it comes' }, never)
            const events = await collect(decode(said, request, () => 'id'))
            for (let choice = 0; choice < request.choices; choice++) {
              const own = events.filter((event) => event.choice === choice)
              expect(tokens(own, ['reasoning'])).toBeLessThanOrEqual(thinks ? budget : 0)
              expect(tokens(own, ['text', 'call-start', 'call-text'])).toBeLessThanOrEqual(
                request.answerLimit,
              )
              expect(own.filter(({ type }) => type === 'finish')).toHaveLength(1)
            }
          }),
          { numRuns: 60 },
        )
      } finally {
        await opened.close()
      }
    },
  )
})

function tokens(events: readonly ChatEvent[], types: readonly ChatEvent['type'][]): number {
  return events.reduce(
    (sum, event) => (event.type !== 'finish' && types.includes(event.type) ? sum + event.tokens : sum),
    0,
  )
}

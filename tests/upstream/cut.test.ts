import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/chat/engine.ts'
import type { ChatRequest } from '../../src/chat/request.ts'
import { addUsage, noUsage } from '../../src/chat/usage.ts'
import { decode } from '../../src/decode/decode.ts'
import { collect } from '../contract/batches.ts'
import { never, textOf } from '../contract/engine.ts'
import { asks, thinkingUpTo } from '../contract/prompts.ts'
import { openTestSilica } from '../silica.ts'
import { aPool } from './an-upstream.ts'
import { freePort, llamaServer, openLlamaServer } from './llama-server.ts'

const question = asks('What is the capital of Japan?')
const request: ChatRequest = {
  ...question,
  sampling: { ...question.sampling, temperature: 0 },
  answerLimit: 100,
  stop: [],
  reply: { kind: 'stream', usageChunk: false },
}

/** Passes requests on to the server at `target`, and cuts the next answer after so many chunks. */
async function openCutter(target: string) {
  let left = Infinity
  let cuts = 0
  async function pass(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const most = left
    left = Infinity
    const headers = {
      authorization: asked.headers.authorization ?? '',
      'content-type': 'application/json',
      // Behind a stream llama-server closes a connection that it said it would keep.
      connection: 'close',
    }
    const body = await text(asked)
    const answer = await fetch(`${target}${asked.url?.slice('/v1'.length)}`, {
      method: 'POST',
      headers,
      body,
    })
    const chunks = (await answer.text()).split(/(?<=\n\n)/)
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.write(chunks.slice(0, most).join(''))
    if (chunks.length <= most) response.end()
    else {
      cuts += 1
      setImmediate(() => response.destroy())
    }
  }
  const server = createServer((asked, response) => void pass(asked, response))
  const port = await freePort()
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${port}/v1`,
    cuts: () => cuts,
    cutAfter: (chunks: number) => void (left = chunks),
    close: () => void server.close(),
  }
}

async function read(engine: Engine, thinks: boolean) {
  const asked: ChatRequest = { ...request, thinking: thinks ? thinkingUpTo(100) : { mode: 'off' } }
  const events = await collect(
    decode(engine.answer({ ...asked, caller: '', reading: 'as it comes' }, never), asked, () => 'id'),
  )
  const thought = events.map((event) => (event.type === 'reasoning' ? event.text : '')).join('')
  const { completionTokens, reasoningTokens } = events.reduce(addUsage, noUsage)
  return { thought, text: textOf(events), completionTokens, reasoningTokens, last: events.at(-1) }
}

const servers = [
  {
    server: 'siliconflow',
    thinks: [false],
    async open() {
      const silica = await openTestSilica()
      return { url: `${silica.url}/v1`, key: silica.key, model: 'silica/nano', close: () => silica.close() }
    },
  },
  ...(llamaServer === ''
    ? []
    : [
        {
          server: 'llama-server',
          thinks: [true, false],
          open: async () => ({ ...(await openLlamaServer()), key: '', model: 'model' }),
        } as const,
      ]),
] as const

describe.each(servers)('an answer of $server that is cut', ({ server, thinks, ...one }) => {
  let upstream: Awaited<ReturnType<typeof one.open>>
  let cutter: Awaited<ReturnType<typeof openCutter>>
  let engine: Engine
  beforeAll(async () => {
    upstream = await one.open()
    cutter = await openCutter(upstream.url)
    engine = aPool([cutter, cutter], { server, key: upstream.key, model: upstream.model })
  })
  afterAll(async () => {
    await engine.close()
    cutter.close()
    await upstream.close()
  })

  test.each(thinks)(
    'after any chunk has the same text and usage as undisturbed (thought: %s)',
    async (on) => {
      const undisturbed = await read(engine, on)
      expect(undisturbed.last).toEqual({ type: 'finish', choice: 0, reason: 'stop' })
      for (let chunks = 0; ; chunks++) {
        const before = cutter.cuts()
        cutter.cutAfter(chunks)
        expect([chunks, await read(engine, on)]).toEqual([chunks, undisturbed])
        if (cutter.cuts() === before) break
      }
      expect(cutter.cuts()).toBeGreaterThan(10)
    },
  )
})

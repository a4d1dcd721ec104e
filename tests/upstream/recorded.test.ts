import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChatRequest } from '../../src/chat/request.ts'
import { addUsage, noUsage } from '../../src/chat/usage.ts'
import { decode } from '../../src/decode/decode.ts'
import { never } from '../contract/engine.ts'
import { anUpstream } from './an-upstream.ts'
import { recordingFile, recordings } from './recordings.ts'
import { singly } from '../contract/batches.ts'

const kinds = (['llama-server', 'vllm', 'sglang'] as const).filter((kind) =>
  existsSync(recordingFile(kind, 'plain')),
)

let server: Server
let url = ''
beforeAll(async () => {
  // Says what stands in the recording that the path names.
  server = createServer((request, response) => {
    const [, kind = '', name = ''] = request.url?.split('/') ?? []
    const said = readFileSync(recordingFile(kind, name), 'utf8')
    const isStream = said.startsWith('data:')
    response.writeHead(isStream ? 200 : 400, {
      'content-type': isStream ? 'text/event-stream' : 'application/json',
    })
    response.end(said)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => server.close())

describe.each(kinds)('what a real %s said', (kind) => {
  // What a model of random weights says at length tells no more than what it says in a few words.
  const names = Object.keys(recordings).filter((name) => existsSync(recordingFile(kind, name)))
  test.each(names)('%s', async (name) => {
    const engine = anUpstream(`${url}/${kind}/${name}`, { server: kind, budget: 'there' })
    const prompt = recordings[name]
    if (prompt === undefined) throw new Error(name)
    const request: ChatRequest = { ...prompt, stop: [], reply: { kind: 'whole' } }
    const answer = {
      thought: '',
      text: '',
      calls: new Array<string>(),
      reason: '',
      usage: noUsage,
      failure: '',
    }
    try {
      const said = engine.answer({ ...request, caller: '', reading: 'as it comes' }, never)
      for await (const event of singly(decode(said, request, () => 'id'))) {
        answer.usage = addUsage(answer.usage, event)
        if (event.type === 'reasoning') answer.thought += event.text
        if (event.type === 'text') answer.text += event.text
        if (event.type === 'call-start') answer.calls.push(`${event.name} `)
        if (event.type === 'call-text') answer.calls.push(`${answer.calls.pop()}${event.text}`)
        if (event.type === 'finish') answer.reason = event.reason
      }
    } catch (error) {
      answer.failure = String(error)
    }
    await engine.close()
    await expect(`${JSON.stringify(answer, null, 2)}\n`).toMatchFileSnapshot(
      recordingFile(kind, name).pathname.replace(/txt$/, 'read.txt'),
    )
  })
})

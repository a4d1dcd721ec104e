import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../chat/event.ts'
import { Failure } from '../chat/failure.ts'
import type { Prompt } from '../chat/request.ts'
import { readCase } from '../../tests/golden/replay.ts'
import { recordedEngine } from './recorded.ts'

const hello = [{ role: 'user', content: 'Hello' }]
const prompt: Prompt = {
  ...readCase({ model: 'golden/native', messages: hello, n: 2 }),
  caller: '',
  reading: 'as it comes',
}

const events: readonly ChatEvent[] = [
  { type: 'prompt', choice: 0, tokens: 1, cached: 0 },
  { type: 'text', choice: 0, text: 'a', tokens: 1 },
  { type: 'finish', choice: 0, reason: 'stop' },
]

function begin(signal = new AbortController().signal) {
  const engine = recordedEngine(() => events)
  return { engine, answer: engine.answer(prompt, signal)[Symbol.asyncIterator]() }
}

describe('recordedEngine', () => {
  test('says what was recorded for the prompt', async () => {
    const seen: Prompt[] = []
    const engine = recordedEngine((asked) => {
      seen.push(asked)
      return events
    })
    const said: ChatEvent[] = []
    for await (const batch of engine.answer(prompt, new AbortController().signal)) said.push(...batch)
    expect(said).toEqual(events)
    expect(seen).toEqual([prompt])
  })

  test('counts the choices that are being generated, until they end or their reader leaves', async () => {
    const { engine, answer } = begin()
    expect(engine.state()).toEqual({ status: 'ready', reason: '', running: 0, waiting: 0 })
    await answer.next()
    expect(engine.state().running).toBe(2)
    await answer.return?.()
    expect(engine.state().running).toBe(0)
  })

  test("throws the signal's reason when it aborts", async () => {
    const controller = new AbortController()
    const { engine, answer } = begin(controller.signal)
    await answer.next()
    controller.abort(new Error('gone'))
    await expect(answer.next()).rejects.toThrow('gone')
    expect(engine.state().running).toBe(0)
  })

  test('ends running answers and takes no new ones once it is closed', async () => {
    const { engine, answer } = begin()
    await answer.next()
    await engine.close()
    await expect(answer.next()).rejects.toMatchObject({ kind: 'overloaded' })
    const late = engine.answer(prompt, new AbortController().signal)[Symbol.asyncIterator]()
    await expect(late.next()).rejects.toBeInstanceOf(Failure)
  })
})

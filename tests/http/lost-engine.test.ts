import { afterAll, beforeAll, expect, test } from 'vitest'
import { childrenOf, openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica()
})
afterAll(() => silica.close())

const ask = (content: string, rest: object = {}) =>
  fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({
      model: 'silica/nano',
      messages: [{ role: 'user', content }],
      enable_thinking: false,
      ...rest,
    }),
  })

test('kill -9 of the model’s process ends a running stream with an error frame, and later requests wait and are answered', async () => {
  const running = await ask('Count from 1 to 100.', { stream: true })
  const reader = running.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('a stream has a body')
  let text = (await reader.read()).value ?? ''
  const [modelProcess] = childrenOf(process.pid)
  if (modelProcess === undefined) throw new Error('the model has no process')
  process.kill(modelProcess, 'SIGKILL')
  const waiting = ask('Hello!')
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value
  expect(text).toContain('"error":{')
  expect(text).not.toContain('[DONE]')
  const answer = await waiting
  expect(answer.status).toBe(200)
  await silica.idle()
})

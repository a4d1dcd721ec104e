import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica()
})
afterAll(() => silica.close())

const get = (path: string) => fetch(silica.url + path, { headers: { authorization: `Bearer ${silica.key}` } })

test('every response carries its own trace id of 32 digits, ordered by time', async () => {
  const ids: string[] = []
  for (const path of ['/v1/models', '/models', '/health', '/nowhere']) {
    ids.push((await get(path)).headers.get('x-siliconcloud-trace-id') ?? '')
  }
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
  const times = ids.map((id) => Number.parseInt(id.slice(0, 12), 16))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test('the models are listed in the service’s shape', async () => {
  const response = await get('/v1/models')
  expect(await response.json()).toMatchObject({
    object: 'list',
    data: [{ id: 'silica/nano', object: 'model', created: 0, owned_by: '' }],
  })
})

test('health needs no key and says what the engines are doing', async () => {
  const health = async () => {
    const response = await fetch(`${silica.url}/health`)
    return [response.status, await response.json()]
  }
  const healthy = (status: string) => [
    200,
    {
      status: 'ok',
      models: [{ id: 'silica/nano', status, running: 0, waiting: 0 }],
      records: { status: 'ok', waiting_bytes: 0, lost: 0 },
      limits: { redis: 'none' },
    },
  ]
  expect(await health()).toEqual(healthy('resting'))
  await fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({ model: 'silica/nano', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  await silica.idle()
  expect(await health()).toEqual(healthy('ready'))
})

test('a raw stream begins with the role, ends with [DONE], and its whole twin says the same', async () => {
  const ask = async (stream: boolean) => {
    const response = await fetch(`${silica.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${silica.key}` },
      body: JSON.stringify({
        model: 'silica/nano',
        messages: [{ role: 'user', content: 'What is the capital of France?' }],
        temperature: 0,
        stream,
      }),
    })
    return { type: response.headers.get('content-type'), text: await response.text() }
  }
  const streamed = await ask(true)
  expect(streamed.type).toBe('text/event-stream')
  const frames = streamed.text.split('\n\n').slice(0, -1)
  expect(frames.at(-1)).toBe('data: [DONE]')
  const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame.slice('data: '.length)))
  expect(chunks[0]).toMatchObject({
    choices: [{ delta: { content: null, reasoning_content: '', role: 'assistant' } }],
  })
  const whole = await ask(false)
  expect(whole.type).toBe('application/json; charset=utf-8')
  const message = JSON.parse(whole.text).choices[0].message
  const join = (key: string) => chunks.map((chunk) => chunk.choices[0].delta[key] ?? '').join('')
  expect(join('content')).toBe(message.content)
  expect(join('reasoning_content')).toBe(message.reasoning_content)
})

test('an id that is nobody’s is not found, however long it is', async () => {
  const id = 'x'.repeat(10_000)
  const response = await fetch(`${silica.url}/v1/models/${id}`, {
    headers: { authorization: `Bearer ${silica.key}` },
  })
  expect([response.status, await response.json()]).toMatchObject([404, { code: 20015, data: null }])
})

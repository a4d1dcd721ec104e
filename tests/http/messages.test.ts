import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
/** Timers that a test lets go off by hand. */
const timers = new Set<{ readonly milliseconds: number; readonly run: () => void }>()
const pings = () => [...timers].filter(({ milliseconds }) => milliseconds === 15_000)

beforeAll(async () => {
  silica = await openTestSilica(
    {},
    {
      after(milliseconds, run) {
        const timer = { milliseconds, run }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    },
  )
})
afterAll(() => silica.close())

const hello = { model: 'silica/nano', messages: [{ role: 'user', content: 'Hello!' }] }

function post(path: string, body: unknown, headers: Record<string, string> = { 'x-api-key': silica.key }) {
  return fetch(silica.url + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const trace = /^[0-9a-f]{32}$/
const headersOf = ({ headers }: Response) => [
  headers.get('x-siliconcloud-trace-id'),
  headers.get('request-id'),
]

describe('POST /v1/messages', () => {
  test.each(['/v1/messages', '/messages', '/v1/messages?beta=true'])('answers at %s', async (path) => {
    const response = await post(path, { ...hello, max_tokens: 4 })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const [id, name] = headersOf(response)
    expect(id).toMatch(trace)
    expect(name).toBe(id)
    expect(await response.json()).toMatchObject({ type: 'message', stop_reason: 'max_tokens' })
  })

  test('streams events that begin with message_start and end with message_stop', async () => {
    const response = await post('/v1/messages', { ...hello, stream: true, thinking: { type: 'disabled' } })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(headersOf(response)[1]).toMatch(trace)
    const names = [...(await response.text()).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)
    expect([names[0], names.at(-2), names.at(-1)]).toEqual(['message_start', 'message_delta', 'message_stop'])
  })

  test('pings while the model says nothing, and no longer than the stream lasts', async () => {
    const response = await post('/v1/messages', { ...hello, stream: true, max_tokens: 300 })
    for (const timer of pings()) if (timers.delete(timer)) timer.run()
    const text = await response.text()
    expect(text).toContain('event: ping\ndata: {"type":"ping"}\n\n')
    expect(text).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/)
    expect(pings()).toEqual([])
  })

  test.each<[string, unknown, number]>([
    ['an empty body', '', 400],
    ['malformed JSON', '{"model": ', 400],
    ['a body that is no object', [1], 400],
    ['no messages', { ...hello, messages: [] }, 400],
    ['an unknown model', { ...hello, model: 'x' }, 400],
    ['a chat completion’s field', { ...hello, enable_thinking: true }, 400],
    [
      'an image for a model of text',
      {
        ...hello,
        messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://a' } }] }],
      },
      400,
    ],
    ['more than the window holds', { ...hello, system: 'Why? '.repeat(20_000) }, 400],
    [
      'a depth of 100,000',
      `{"model":"silica/nano","messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      400,
    ],
  ])('refuses %s in a shape that both kinds of clients read', async (name, body, status) => {
    for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
      // A prompt may be counted that is too long for an answer.
      if (name === 'more than the window holds' && path !== '/v1/messages') continue
      const response = await post(path, body)
      expect(response.status).toBe(status)
      expect(await response.json()).toMatchObject({
        type: 'error',
        code: expect.any(Number),
        message: expect.any(String),
        data: null,
        error: { type: 'invalid_request_error', message: expect.any(String) },
      })
      const [id, named] = headersOf(response)
      expect(id).toMatch(trace)
      expect(named).toBe(id)
    }
  })

  test.each([
    ['no key', {}, 'Invalid token'],
    ['an unknown key', { 'x-api-key': 'sk-unknown' }, 'Api key is invalid'],
    ['an unknown bearer', { authorization: 'Bearer sk-unknown' }, 'Api key is invalid'],
  ])('%s is a 401 that Anthropic’s clients understand', async (_name, headers, message) => {
    const response = await post('/v1/messages', '{broken', { ...headers })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({
      type: 'error',
      message,
      error: { type: 'authentication_error', message },
    })
    expect(headersOf(response)[1]).toMatch(trace)
  })

  test('a bearer token goes before the other key', async () => {
    const both = { authorization: `Bearer ${silica.key}`, 'x-api-key': 'sk-unknown' }
    expect((await post('/v1/messages', { ...hello, max_tokens: 1 }, both)).status).toBe(200)
  })

  test('counts a prompt', async () => {
    const response = await post('/v1/messages/count_tokens', hello)
    expect(await response.json()).toEqual({ input_tokens: expect.any(Number) })
    const long = await post('/v1/messages/count_tokens', { ...hello, system: 'Why? '.repeat(20_000) })
    expect(await long.json()).toMatchObject({ input_tokens: expect.any(Number) })
  })

  test('what lies beside it does not exist', async () => {
    const response = await post('/v1/messages/batches', hello)
    expect([response.status, await response.text()]).toEqual([404, '404 page not found'])
  })
})

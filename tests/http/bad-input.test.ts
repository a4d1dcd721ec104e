import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica()
})
afterAll(() => silica.close())

const hello = { model: 'silica/nano', messages: [{ role: 'user', content: 'Hello!' }] }

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
) {
  const response = await fetch(silica.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}`, 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Sends `text` as it is, returns what comes back until the server closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(silica.url).port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part))
  socket.on('error', () => {})
  socket.write(text)
  await once(socket, 'close')
  return answer
}

const trace = /^[0-9a-f]{32}$/

describe('bad input', () => {
  test.each([
    ['an empty body', '', 400],
    ['malformed JSON', '{"model": ', 400],
    ['a body that is no object', '[1]', 400],
    ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400],
    ['a missing model', JSON.stringify({ messages: hello.messages }), 400],
    ['an unknown model', JSON.stringify({ ...hello, model: 'x' }), 400],
    ['no messages', JSON.stringify({ ...hello, messages: [] }), 400],
    ['five stops', JSON.stringify({ ...hello, stop: ['1', '2', '3', '4', '5'] }), 400],
    [
      'a depth of 100,000',
      `{"model":"silica/nano","messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      400,
    ],
  ])('%s is refused in the service’s shape, with a trace id', async (_name, body, status) => {
    const answer = await post(body)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toMatchObject({
      code: expect.any(Number),
      message: expect.any(String),
      data: null,
    })
    expect(JSON.parse(answer.text)).toHaveProperty('error.message')
    expect(answer.headers.get('x-siliconcloud-trace-id')).toMatch(trace)
  })

  test('an unknown path is the service’s plain 404', async () => {
    const response = await fetch(`${silica.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${silica.key}` },
    })
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('404 page not found')
    expect(response.headers.get('x-siliconcloud-trace-id')).toMatch(trace)
  })

  test.each([
    ['no key', {}, '"Invalid token"'],
    ['a double Bearer', { authorization: 'Bearer Bearer sk-x' }, '"Invalid token"'],
    ['an unknown key', { authorization: 'Bearer sk-unknown' }, '"Api key is invalid"'],
  ])('%s is a 401 that learns nothing of the request', async (_name, headers, body) => {
    const response = await fetch(`${silica.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...headers },
      body: '{broken',
    })
    expect(response.status).toBe(401)
    expect(await response.text()).toBe(body)
    expect(response.headers.get('x-siliconcloud-trace-id')).toMatch(trace)
  })

  test('a body of 50 MB is refused by its announced length, before it is read', async () => {
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${silica.key}\r\ncontent-type: application/json\r\n`
    const answer = await raw(`${head}content-length: 52428800\r\n\r\n{"model":`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('"code":20015')
  })

  test('an endless chunked body is refused at the limit', async () => {
    const socket = connect(Number(new URL(silica.url).port), '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part))
    socket.on('error', () => {})
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${silica.key}\r\ntransfer-encoding: chunked\r\n\r\n`,
    )
    const piece = `100000\r\n${' '.repeat(0x100000)}\r\n`
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const send = (left: number) => {
      if (left > 0 && socket.writable) socket.write(piece, () => send(left - 1))
    }
    send(64)
    await closed
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('what is not HTTP is a 400 with a trace id', async () => {
    const answer = await raw('BREW /coffee HTCPCP/1.0\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nx-siliconcloud-trace-id: [0-9a-f]{32}\r\n/)
  })

  test('the server still answers afterwards, also without /v1', async () => {
    const answer = await post(JSON.stringify({ ...hello, max_tokens: 4 }), {}, '/chat/completions')
    expect(answer.status).toBe(200)
  })
})

import { randomBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { Pool } from 'undici'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BodyReader, type Exchange, type Head, send } from '../../src/engines/upstream/send.ts'

const never = new AbortController().signal
const asked = { method: 'GET', path: '/' } as const
const megabytes = Buffer.alloc(2 ** 20, 'x')

let answer: (response: ServerResponse) => void
let connections = 0
let left = 0
const server = createServer((_, response) => {
  response.once('close', () => (left += response.writableFinished ? 0 : 1))
  answer(response)
}).on('connection', () => connections++)
let pool: Pool

beforeEach(async () => {
  connections = left = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('a server has an address')
  pool = new Pool(`http://127.0.0.1:${address.port}`)
})
afterEach(async () => {
  await pool.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Reads all of it, and does with the exchange what `meanwhile` does whenever something has come. */
function reader(meanwhile: (exchange: Exchange, text: string) => void = () => {}) {
  return (head: Head, exchange: Exchange) => {
    let text = ''
    return {
      head,
      text: () => text,
      take(bytes: Buffer) {
        text += bytes.toString('latin1')
        meanwhile(exchange, text)
      },
    } satisfies BodyReader & { head: Head; text: () => string }
  }
}

test.each(['identity', 'gzip'])('a server waits while its reader has it wait: %s', async (encoding) => {
  const body = randomBytes(2 ** 23)
  const packed = encoding === 'gzip' ? gzipSync(body, { level: 1 }) : body
  let response: ServerResponse | undefined
  answer = (to) => {
    response = to
    to.setHeader('content-encoding', encoding)
    to.end(packed)
  }
  let exchange: Exchange | undefined
  let read = 0
  const reading = send(pool, asked, never, (head, flow) => {
    exchange = flow
    return reader((_, text) => {
      if (read === 0) flow.hold()
      read = text.length
    })(head, flow)
  })
  await expect.poll(() => read, { timeout: 20_000 }).toBeGreaterThan(0)
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
  expect(response?.writableFinished).toBe(false)
  expect(read).toBeLessThan(2 ** 20)
  exchange?.go()
  await reading
  expect(read).toBe(2 ** 23)
})

test('what follows the end of an answer is dropped, and the connection used again, whoever had it wait', async () => {
  answer = (response) => {
    response.write('whole')
    setImmediate(() => response.end(megabytes))
  }
  for (let round = 0; round < 5; round++) {
    const { text } = await send(
      pool,
      asked,
      never,
      reader((exchange) => {
        exchange.hold()
        exchange.over()
      }),
    )
    expect(text().length).toBeLessThan(2 ** 20)
    await expect.poll(() => pool.stats.running).toBe(0)
  }
  expect([connections, left]).toEqual([1, 0])
})

test('a reader that has enough leaves with what it has', async () => {
  answer = (response) => void response.write('enough')
  const { text } = await send(
    pool,
    asked,
    never,
    reader((exchange) => exchange.leave()),
  )
  expect(text()).toBe('enough')
  await expect.poll(() => left).toBe(1)
})

test('an abort throws its reason at once, before and after the server has answered', async () => {
  for (const begins of [false, true]) {
    const leave = new AbortController()
    answer = (response) => (begins ? void response.write('a') : undefined)
    const come = Promise.withResolvers<void>()
    const reading = send(
      pool,
      asked,
      leave.signal,
      reader(() => come.resolve()),
    )
    if (begins) await come.promise
    leave.abort('gone')
    await expect(reading).rejects.toBe('gone')
  }
  await expect(send(pool, asked, AbortSignal.abort('no'), reader())).rejects.toBe('no')
})

test('what a reader throws is thrown, and the server left', async () => {
  answer = (response) => void response.write('a')
  const fail = () => {
    throw new Error('unreadable')
  }
  await expect(send(pool, asked, never, reader(fail))).rejects.toThrow('unreadable')
  await expect.poll(() => left).toBe(1)
})

test('what came before a connection broke is read, then the break is thrown', async () => {
  answer = (response) => void response.write('all that came', () => response.destroy())
  let read = ''
  await expect(
    send(
      pool,
      asked,
      never,
      reader((_, text) => (read = text)),
    ),
  ).rejects.toThrow(/other side closed|terminated|aborted/)
  expect(read).toBe('all that came')
})

test('a packed body that breaks off is thrown', async () => {
  answer = (response) => {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync('a'.repeat(99)).subarray(0, -4))
  }
  await expect(send(pool, asked, never, reader())).rejects.toThrow(/unexpected end of file/)
})

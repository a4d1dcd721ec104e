import OpenAI, { RateLimitError } from 'openai'
import { afterEach, expect, test } from 'vitest'
import { noLimits } from '../../src/cli/read-limits.ts'
import type { Limit } from '../../src/chat/limits.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
afterEach(() => silica.close())

async function openLimited(...limits: readonly Limit[]): Promise<void> {
  const levels = new Map([['free', { limits, models: new Map() }]])
  silica = await openTestSilica({ limits: { ...noLimits, levels, level: 'free' } })
}

const ask = (body: object = {}) =>
  fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({
      model: 'silica/nano',
      messages: [{ role: 'user', content: 'Hello!' }],
      max_tokens: 20,
      ...body,
    }),
  })

test('a limit that is reached is refused in the service’s words, with when to come back', async () => {
  await openLimited({ metric: 'RPM', most: 2 }, { metric: 'TPD', most: 100_000 })
  const [first] = [await ask(), await (await ask({ stream: true })).text()]
  expect(first.status).toBe(200)
  expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2')
  expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
  const response = await ask()
  expect(response.status).toBe(429)
  const message =
    'Request was rejected due to rate limiting. If you want more, please contact contact@siliconflow.cn. Details:RPM limit reached.'
  expect(await response.json()).toEqual({
    code: 50603,
    message,
    data: null,
    error: { message, type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null },
  })
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(55)
  expect(Number(response.headers.get('retry-after'))).toBeLessThan(62)
  expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('0')
  expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('100000')
})

test('what an answer did not use is free again when it ends, and what it used is not', async () => {
  await openLimited({ metric: 'TPM', most: 5000 })
  const { usage } = JSON.parse(await (await ask()).text())
  const next = await ask({ stream: true })
  const remaining = Number(next.headers.get('x-ratelimit-remaining-tokens'))
  const reserved = 5000 - usage.total_tokens - remaining
  expect(reserved).toBeGreaterThan(usage.total_tokens)
  expect(reserved).toBeLessThan(2000)
  await next.text()
})

test('a request that can never fit is refused without a time to come back, once its prompt is counted', async () => {
  await openLimited({ metric: 'TPM', most: 30 })
  const response = await ask({ messages: [{ role: 'user', content: 'Hello! '.repeat(50) }] })
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).toBeNull()
  // Nothing of it stays taken.
  await silica.idle()
  const short = await ask({ messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 })
  expect(short.headers.get('x-ratelimit-limit-tokens')).toBe('30')
})

test('the OpenAI SDK knows it for a limit', async () => {
  await openLimited({ metric: 'RPD', most: 0 })
  const client = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key, maxRetries: 0 })
  const asked = client.chat.completions.create({
    model: 'silica/nano',
    messages: [{ role: 'user', content: 'Hi' }],
  })
  await expect(asked).rejects.toBeInstanceOf(RateLimitError)
  await expect(asked).rejects.toThrow('Details:RPD limit reached.')
})

import { afterEach, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
afterEach(() => silica.close())

const read = (key: string) =>
  fetch(`${silica.url}/metrics`, { headers: key === '' ? {} : { authorization: `Bearer ${key}` } })

test('the metrics are read with an admin key alone', async () => {
  silica = await openTestSilica({ adminKeys: ['for-the-admin'] })
  expect((await read('')).status).toBe(401)
  expect((await read(silica.key)).status).toBe(403)
  const response = await read('for-the-admin')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
})

test('the metrics count what was answered and what was refused, and know no model that does not exist', async () => {
  silica = await openTestSilica({ metrics: 'everybody' })
  for (const model of ['silica/nano', 'no/such-model']) {
    const response = await fetch(`${silica.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${silica.key}` },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] }),
    })
    await response.text()
  }
  await silica.idle()
  const text = await (await read('')).text()
  expect(text).toContain('silica_requests_total{model="silica/nano",outcome="finished"} 1')
  expect(text).toContain('silica_failures_total{kind="unknown-model"} 1')
  expect(text).toContain('silica_first_token_seconds_count{model="silica/nano"} 1')
  expect(text).toContain('silica_engine{model="silica/nano",state="ready"} 1')
  expect(text).not.toContain('no/such-model')
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? [\d.e+-]+)$/)
  }
})

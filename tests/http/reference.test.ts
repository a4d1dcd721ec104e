import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { type Endpoint, endpointsOf } from '../../src/wire/reference/endpoints.ts'
import { startWebhookServer, type WebhookServer } from '../lifecycle/webhook-server.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

const adminKey = 'an-admin-key'
let silica: TestSilica
let hook: WebhookServer
/** What stands for the ids of the reference's examples on this server. */
const ids = new Map<string, string>()

beforeAll(async () => {
  hook = await startWebhookServer()
  silica = await openTestSilica({
    adminKeys: [adminKey],
    environment: { SECRET: 's' },
    webhooks: [{ name: 'ops', url: hook.url, secret: { env: 'SECRET' } }],
  })
  const key = await call('POST', '/admin/v1/keys', { name: 'one' })
  ids.set('/admin/v1/keys/{id}', key.answer.id)
  const asked = await call('POST', '/v1/chat/completions', {
    model: 'silica/nano',
    messages: [{ role: 'user', content: 'Hello!' }],
    max_tokens: 4,
  })
  ids.set('/admin/v1/requests/{id}', asked.trace)
  await vi.waitUntil(async () => (await call('GET', `/admin/v1/requests/${asked.trace}`)).status === 200)
  const engines = await call('GET', '/admin/v1/engines')
  for (const what of ['drain', 'resume'])
    ids.set(`/admin/v1/replicas/{id}/${what}`, engines.answer.data[0].replicas[0].id)
  await call('PATCH', '/admin/v1/models/silica/nano', { state: 'deprecated' })
  const deliveries = async () => (await call('GET', '/admin/v1/deliveries')).answer.data
  await vi.waitUntil(async () => (await deliveries()).length === 1, 5000)
  ids.set('/admin/v1/deliveries/{id}/resend', (await deliveries())[0].id)
})
afterAll(async () => {
  await silica.close()
  await hook.close()
})

async function call(method: string, path: string, body?: object) {
  const key = /^\/(admin|metrics)/.test(path) ? adminKey : silica.key
  const response = await fetch(silica.url + path, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  return {
    status: response.status,
    type,
    text,
    answer: type === 'application/json' ? JSON.parse(text) : null,
    trace: response.headers.get('x-siliconcloud-trace-id') ?? '',
    headers: response.headers,
  }
}

/** The request as the reference shows it, with its examples filled in. */
function tried({ method, path, parameters, body }: Endpoint) {
  const inPath = parameters.filter((one) => one.in === 'path')
  const filled = inPath.reduce(
    (so, { name, example }) => so.replace(`{${name}}`, ids.get(path) ?? example),
    path,
  )
  const asked = parameters.filter((one) => one.in === 'query' && one.example !== '')
  const query = new URLSearchParams(
    Object.fromEntries(asked.map(({ name, example }) => [name, example])),
  ).toString()
  return call(method.toUpperCase(), query === '' ? filled : `${filled}?${query}`, body?.example)
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

/** What an answer has that its schema, if it has one, does not allow. */
function faultsOf(schema: object | null, answer: unknown) {
  if (schema !== null) ajv.validate(schema, answer)
  return schema === null ? null : ajv.errors
}

/** There is no model for it here, and no console that is signed in. */
const elsewhere = ['/v1/embeddings', '/admin/v1/session']

describe('each example of the reference', () => {
  it.each(
    endpointsOf('silica/nano')
      .filter(({ path }) => !elsewhere.includes(path))
      .map((one) => [one.method, one.path, one] as const),
  )(
    '%s %s is answered as it says',
    async (_method, _path, endpoint) => {
      const { status, type, answer, text } = await tried(endpoint)
      expect([status, text.slice(0, 500)]).toEqual([endpoint.answer.status, expect.anything()])
      // An answer without a body has no type.
      const [found] = endpoint.answer.contents.filter(([one]) => one === type)
      expect(found?.[0] ?? '').toBe(type)
      expect(faultsOf(found?.[1] ?? null, answer)).toBeNull()
    },
    60_000,
  )
})

describe('each failure of the reference that can be had here', () => {
  const nano = 'silica/nano'
  const messages = [{ role: 'user', content: 'Hello!' }]
  const chat = '/v1/chat/completions'
  it.each([
    ['invalid-request', 'POST', chat, { model: nano, messages, temperature: 3 }],
    ['unknown-model', 'POST', chat, { model: 'no/model', messages }],
    [
      'context-overflow',
      'POST',
      chat,
      { model: nano, messages: [{ role: 'user', content: 'word '.repeat(9000) }] },
    ],
    ['unknown-model', 'POST', '/v1/embeddings', { model: 'no/model', input: 'Hello' }],
    ['not-found', 'GET', '/v1/models/{id}', undefined],
    ['not-found', 'PATCH', '/admin/v1/keys/{id}', {}],
    ['taken', 'POST', '/admin/v1/accounts', { id: 'default' }],
    ['invalid-request', 'POST', '/v1/messages', { model: nano, messages, temperature: 3 }],
  ] as const)('%s of %s %s', async (kind, method, path, body) => {
    const { status, answer } = await call(method, path.replace('{id}', 'none'), body)
    const { paths } = (await call('GET', '/openapi.json')).answer
    const documented = paths[path][method.toLowerCase()].responses[status]
    const example = documented.content['application/json'].examples[kind].value
    // The message and the field are this request's own; all else stands in the reference.
    const fixed = ({ error, ...flat }: { error: object }) => {
      return { ...flat, message: '', error: { ...error, message: '', param: '' } }
    }
    expect(fixed(answer)).toEqual(fixed(example))
  })

  test('an unknown path, which is plain text', async () => {
    const { status, type, text } = await call('GET', '/v1/nothing')
    expect([status, type, text]).toEqual([404, 'text/plain', '404 page not found'])
  })

  test('a wrong key, which is a bare text', async () => {
    const response = await fetch(`${silica.url}/v1/models`, { headers: { authorization: 'Bearer nobody' } })
    const { paths } = JSON.parse((await call('GET', '/openapi.json')).text)
    const { examples } = paths['/v1/models'].get.responses[response.status].content['application/json']
    expect(await response.json()).toBe(examples['unknown-key'].value)
  })
})

test('the page is shown under a strict policy, and the guides that it names are there', async () => {
  const { headers, text } = await call('GET', '/docs')
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  const llms = (await call('GET', '/llms.txt')).text
  const guides = [...llms.matchAll(/\]\((\/docs\/guides\/[\w-]+\.md)\)/g)].map(([, path = '']) => path)
  expect(guides.length).toBeGreaterThan(5)
  for (const guide of guides) {
    expect(text).toContain(`href="${guide}"`)
    expect((await call('GET', guide)).text).toMatch(/^# /)
  }
  expect((await call('GET', '/docs/guides/none.md')).status).toBe(404)
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

const adminKey = 'an-admin-key'
let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica({ adminKeys: [adminKey] })
})
afterAll(() => silica.close())

async function call(method: string, path: string, body?: unknown, key = adminKey) {
  const response = await fetch(`${silica.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  return { status: response.status, answer, trace: response.headers.get('x-siliconcloud-trace-id') ?? '' }
}

const admin = (method: string, path: string, body?: unknown) => call(method, `/admin/v1${path}`, body)

function ask(key: string, model = 'silica/nano', headers: Record<string, string> = {}) {
  return fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }], max_tokens: 20 }),
  })
}

async function newKey(wanted: object = {}): Promise<{ id: string; secret: string }> {
  const { status, answer } = await admin('POST', '/keys', wanted)
  expect(status).toBe(201)
  return Object(answer)
}

describe('the admin API', () => {
  it('is for admin keys alone', async () => {
    expect(await call('GET', '/admin/v1/keys', undefined, silica.key)).toMatchObject({
      status: 403,
      answer: 'Forbidden',
    })
    expect(await call('GET', '/admin/v1/keys', undefined, 'nobody')).toMatchObject({
      status: 401,
      answer: 'Api key is invalid',
    })
    expect((await ask(adminKey)).status).toBe(403)
  })

  it('makes, lists and changes accounts', async () => {
    const made = await admin('POST', '/accounts', { id: 'team', name: 'The team' })
    expect(made).toMatchObject({ status: 201, answer: { id: 'team', name: 'The team', disabled_at: null } })
    const changed = await admin('PATCH', '/accounts/team', { disabled: true, level: '2' })
    expect(changed.answer).toMatchObject({ level: '2', disabled_at: expect.stringMatching(/^\d{4}-.*Z$/) })
    expect((await admin('GET', '/accounts/team')).answer).toEqual(changed.answer)
    const { answer } = await admin('GET', '/accounts')
    expect(answer).toMatchObject({ data: [{ id: 'default' }, { id: 'team' }], next: null })
  })

  it('makes keys whose secret is shown once, and that can be disabled at once', async () => {
    const { id, secret } = await newKey({ name: 'laptop', expires_at: '2099-01-31' })
    const shown = await admin('GET', `/keys/${id}`)
    expect(shown.answer).toMatchObject({
      name: 'laptop',
      expires_at: '2099-01-31T00:00:00.000Z',
      models: null,
    })
    expect(JSON.stringify(shown.answer)).not.toContain(secret)
    expect((await ask(secret)).status).toBe(200)
    await admin('PATCH', `/keys/${id}`, { disabled: true })
    expect((await ask(secret)).status).toBe(401)
    await admin('PATCH', `/keys/${id}`, { disabled: false, expires_at: '2020-01-01' })
    expect((await ask(secret)).status).toBe(401)
  })

  it('keeps a key to its models', async () => {
    const { secret } = await newKey({ models: ['other/model'] })
    const refused = await ask(secret)
    expect(refused.status).toBe(403)
    expect(await refused.text()).toBe('"Forbidden"')
  })

  it.each([
    ['POST', '/accounts', {}, 400, 'id: Field required'],
    ['POST', '/accounts', { id: 'No' }, 400, 'The id of an account'],
    ['POST', '/accounts', { id: 'default' }, 409, 'There is an account default already.'],
    ['PATCH', '/accounts/nobody', {}, 404, 'There is no account nobody.'],
    ['POST', '/keys', { account_id: 'nobody' }, 404, 'There is no account nobody.'],
    ['POST', '/keys', { role: 'owner' }, 400, 'role must be one of'],
    ['POST', '/keys', { model: 'a' }, 400, 'model is not known'],
    ['POST', '/keys', { models: [] }, 400, 'at least 1 item'],
    ['POST', '/keys', { expires_at: 'soon' }, 400, 'expires_at must be a time'],
    ['GET', '/requests?limit=0', undefined, 400, 'limit must be an integer between 1 and 1000'],
    ['GET', '/requests?page=2', undefined, 400, 'page is not known'],
    ['GET', '/requests/none', undefined, 404, 'There is no such request.'],
  ])('says what is wrong with %s %s %j', async (method, path, body, status, message) => {
    const { answer, ...told } = await admin(method, path, body)
    expect(told.status).toBe(status)
    expect(answer).toMatchObject({
      message: expect.stringContaining(message),
      data: null,
      error: { message: expect.stringContaining(message) },
    })
  })
})

describe('the records of requests', () => {
  it('tell what became of a request by its trace id, and by what its caller named it', async () => {
    const response = await ask(silica.key, 'silica/nano', { 'x-trace-id': 'my-own-name' })
    const trace = response.headers.get('x-siliconcloud-trace-id') ?? ''
    const { usage } = Object(await response.json())
    await expect.poll(async () => (await admin('GET', `/requests/${trace}`)).status).toBe(200)
    const { answer } = await admin('GET', `/requests/${trace}`)
    expect(answer).toMatchObject({
      id: trace,
      caller_trace_id: 'my-own-name',
      account_id: 'default',
      key_id: 'given-1',
      model: 'silica/nano',
      reply: 'whole',
      outcome: 'finished',
      reasons: [expect.stringMatching(/^(stop|length)$/)],
      prompt_tokens: usage.prompt_tokens,
      completion_tokens: usage.completion_tokens,
      failure: null,
    })
    const { received_at, admitted_at, first_token_at, done_at } = Object(answer)
    const times = [received_at, admitted_at, first_token_at, done_at].map((time) => Date.parse(time))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect((await admin('GET', '/requests?trace_id=my-own-name')).answer).toMatchObject({ data: [answer] })
  })

  it('are found by what is asked for, the newest first, page after page', async () => {
    const keys = [await newKey(), await newKey()]
    const ids: string[] = []
    for (let count = 0; count < 6; count++) {
      const response = await ask(keys[count % 2]?.secret ?? '')
      await response.text()
      ids.unshift(response.headers.get('x-siliconcloud-trace-id') ?? '')
    }
    const path = `/requests?key_id=${keys[0]?.id}&outcome=finished&model=silica/nano&from=2020-01-01&limit=2`
    const page = async (cursor: string) => Object((await admin('GET', path + cursor)).answer)
    await expect.poll(async () => (await page('')).next).not.toBeNull()
    const first = await page('')
    const second = await page(`&cursor=${first.next}`)
    const found = [...first.data, ...second.data].map(({ id }: { id: string }) => id)
    expect(found).toEqual([ids[1], ids[3], ids[5]])
    expect(second.next).toBeNull()
    expect((await admin('GET', '/requests?until=2020-01-01')).answer).toEqual({ data: [], next: null })
  })
})

it('tells who holds a key in the shape of the service, amounts as texts', async () => {
  for (const path of ['/v1/user/info', '/user/info']) {
    const { answer } = await call('GET', path, undefined, silica.key)
    expect(answer).toMatchObject({
      code: 20000,
      message: 'OK',
      status: true,
      data: { id: 'default', isAdmin: false, balance: expect.any(String), totalBalance: expect.any(String) },
    })
  }
})

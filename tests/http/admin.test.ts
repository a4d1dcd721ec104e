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
    ['GET', '/keys/%00', undefined, 404, 'Nothing has an id that holds the character U+0000.'],
    ['PATCH', '/models/%00', {}, 404, 'Nothing has an id'],
    ['POST', '/keys', { name: 'a\u0000' }, 400, 'name must be a text'],
    ['POST', '/accounts', { id: '\u0000' }, 400, 'id must be a text'],
    ['PATCH', '/accounts/default', { level: '\u0000' }, 400, 'level must be a text'],
    ['PATCH', '/models/silica/nano', { successor: '\u0000' }, 400, 'successor must be a text'],
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

const long = 'x'.repeat(10_000)
it.each([
  ['GET', '/accounts/LONG', undefined],
  ['GET', '/keys/LONG', undefined],
  ['GET', '/models/LONG', undefined],
  ['PATCH', '/models/LONG', { state: 'offline' }],
  ['PATCH', '/models/silica/nano', { successor: long }],
  ['POST', '/keys', { account_id: long }],
  ['POST', '/replicas/LONG/drain', undefined],
  ['POST', '/deliveries/LONG/resend', undefined],
])(
  'what is not there is named at a bounded length, however long its name: %s %s',
  async (method, path, body) => {
    const { status, answer } = await admin(method, path.replace('LONG', long), body)
    expect(status).toBeOneOf([400, 404])
    expect(JSON.stringify(answer).length).toBeLessThan(600)
  },
)

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
      engine: expect.stringMatching(/nano.*gguf$/),
      asked: 1,
      attempts: [
        {
          engine: expect.any(String),
          began_at: expect.any(String),
          ms: expect.any(Number),
          outcome: 'whole',
          cause: '',
          answer: '',
        },
      ],
      decisions: { effort: expect.any(String), stand_in: '', answer_limit: 20 },
    })
    const { queue_ms, prefill_ms, decode_ms, total_ms } = Object(answer).timings
    for (const ms of [queue_ms, prefill_ms, decode_ms]) expect(ms).toBeGreaterThanOrEqual(0)
    expect(queue_ms + prefill_ms + decode_ms).toBeLessThanOrEqual(total_ms + 3)
    const { received_at, admitted_at, first_token_at, done_at } = Object(answer)
    const times = [received_at, admitted_at, first_token_at, done_at].map((time) => Date.parse(time))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    const { bodies, ...listed } = Object(answer)
    expect(bodies).toBeNull()
    const found = await admin('GET', '/requests?trace_id=my-own-name')
    expect(found.answer).toEqual({ data: [listed], next: null })
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

describe('the bodies of requests', () => {
  it('are kept for accounts that want it alone, without secrets and to a bound, and shown with the record', async () => {
    await admin('POST', '/accounts', { id: 'kept' })
    const { secret } = await newKey({ account_id: 'kept' })
    const bodiesOf = async (content: string) => {
      const response = await fetch(`${silica.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}` },
        body: JSON.stringify({
          model: 'silica/nano',
          messages: [{ role: 'user', content }],
          max_tokens: 8,
          enable_thinking: false,
        }),
      })
      const { choices } = Object(await response.json())
      const path = `/requests/${response.headers.get('x-siliconcloud-trace-id')}`
      await expect.poll(async () => (await admin('GET', path)).status, { timeout: 10_000 }).toBe(200)
      const find = async () => Object((await admin('GET', path)).answer).bodies
      return { said: choices?.[0].message.content, find }
    }
    const before = await bodiesOf('Hello!')
    expect(await before.find()).toBeNull()
    await admin('PATCH', '/accounts/kept', { keep_bodies: true })
    const { said, find } = await bodiesOf(`My key is ${secret}, yes?`)
    await expect.poll(find, { timeout: 10_000 }).toMatchObject({
      request: { model: 'silica/nano', messages: [{ content: 'My key is [redacted], yes?' }] },
      answer: [{ reasoning: '', text: said, calls: [], finish: expect.any(String) }],
      truncated: false,
    })
    // Too long for the model, and kept all the same.
    const long = await bodiesOf('la '.repeat(40_000))
    await expect.poll(long.find, { timeout: 10_000 }).toMatchObject({ truncated: true })
    expect((await long.find()).request.length).toBe(65_536)
  })
})

describe('what was used', () => {
  const usage = async (query: string) => Object((await admin('GET', `/usage?${query}`)).answer)

  it('adds up to the requests, in each step and by each group, as JSON and as CSV', async () => {
    const { id, secret } = await newKey()
    const told = await Promise.all([1, 2, 3].map(async () => Object(await (await ask(secret)).json()).usage))
    const sum = (field: string) => told.reduce((all, one) => all + one[field], 0)
    const path = `key_id=${id}&by=model`
    await expect.poll(async () => (await usage(path)).totals[0]?.requests, { timeout: 10_000 }).toBe(3)
    const report = await usage(path)
    expect(report).toMatchObject({ step_seconds: 3600, by: 'model' })
    expect(report.totals).toEqual([
      {
        group: 'silica/nano',
        requests: 3,
        finished: 3,
        abandoned: 0,
        failed: 0,
        prompt_tokens: sum('prompt_tokens'),
        cached_tokens: sum('prompt_cache_hit_tokens'),
        completion_tokens: sum('completion_tokens'),
        reasoning_tokens: expect.any(Number),
        errors: {},
        first_token_ms: { p50: expect.any(Number), p90: expect.any(Number), p99: expect.any(Number) },
        token_ms: { p50: expect.any(Number), p90: expect.any(Number), p99: expect.any(Number) },
      },
    ])
    const minutes = await usage(`${path}&step=1m&from=${new Date(Date.now() - 6e5).toISOString()}`)
    expect(minutes.totals).toEqual(report.totals)
    const response = await fetch(`${silica.url}/admin/v1/usage?${path}&format=csv`, {
      headers: { authorization: `Bearer ${adminKey}` },
    })
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const [head, ...lines] = (await response.text()).trimEnd().split('\r\n')
    expect(head).toMatch(/^at,group,requests,/)
    const counts = lines.map((line) => Number(line.split(',')[2]))
    expect(counts.reduce((all, one) => all + one, 0)).toBe(3)
  })

  it.each([
    ['step=1s', 'step must be minutes'],
    ['step=1m', 'step must be longer'],
    ['by=colour', 'by must be one of none, model, account, key'],
    ['from=2030-01-02&to=2030-01-01', 'from must be before to'],
    ['until=2030-01-01', 'until is not known'],
  ])('says what is wrong with %s', async (query, message) => {
    const { status, answer } = await admin('GET', `/usage?${query}`)
    expect(status).toBe(400)
    expect(Object(answer).message).toContain(message)
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

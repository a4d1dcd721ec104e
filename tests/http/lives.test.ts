import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchFiles } from '../../src/cli/world.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { type FreshDatabase, freshDatabase, kinds } from '../storage/fresh-database.ts'

const models = resolve(import.meta.dirname, '../../models')
const bundledRows = ['nano', 'glm'].map((name) => join(models, `${name}.yaml`))
const nano = 'silica/nano'
const adminKeys = ['an-admin-key']

async function call(silica: TestSilica, method: string, path: string, body?: object) {
  const response = await fetch(`${silica.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${path.startsWith('/admin') ? adminKeys[0] : silica.key}` },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, answer: JSON.parse(text) }
}

const change = (silica: TestSilica, body: object, id = nano) =>
  call(silica, 'PATCH', `/admin/v1/models/${id}`, body)

const ask = (silica: TestSilica, stream = false) =>
  fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({
      model: nano,
      stream,
      messages: [{ role: 'user', content: 'Hello!' }],
      max_tokens: 4,
      enable_thinking: false,
    }),
  })

describe.each(kinds)('a model over a %s database', (kind) => {
  let fresh: FreshDatabase
  let one: TestSilica
  let other: TestSilica
  beforeAll(async () => {
    fresh = await freshDatabase(kind)
    const settings = { database: fresh.place, secret: 'shared', bundledRows, adminKeys }
    one = await openTestSilica(settings)
    other = await openTestSilica(settings)
  })
  afterAll(async () => {
    await one.close()
    await other.close()
    await fresh.remove()
  })

  it('is listed for operators, with what runs it and what it can do', async () => {
    const { answer } = await call(one, 'GET', '/admin/v1/models')
    const [first, ...others] = answer.data
    expect(first).toMatchObject({
      id: nano,
      state: 'online',
      since: null,
      sunset_at: null,
      successor: null,
      served: true,
      stand_in: null,
      engine: { kind: 'llama', file: join(models, 'nano/silica-nano.gguf') },
      abilities: { context_length: 8192, max_tokens: { default: 2048, max: 4096 }, tools: 'always' },
    })
    expect(others[0]).toMatchObject({ served: false, engine: { kind: 'none' } })
    const encoded = await call(one, 'GET', `/admin/v1/models/${encodeURIComponent(nano)}`)
    expect(encoded.answer).toEqual(first)
  })

  it('that is taken offline is refused by every server over the database, and back when it is online', async () => {
    const { answer } = await change(one, { state: 'offline', successor: 'Pro/zai-org/GLM-4.7' })
    expect(answer).toMatchObject({ state: 'offline', served: false, successor: 'Pro/zai-org/GLM-4.7' })
    for (const silica of [one, other]) {
      await expect.poll(async () => (await ask(silica)).status, { timeout: 5000 }).toBe(403)
      const refused: unknown = await (await ask(silica)).json()
      expect(refused).toMatchObject({ code: 30003, data: null, error: { code: 'model_disabled' } })
      expect(Object(refused).message).toBe('Model disabled. Its successor is Pro/zai-org/GLM-4.7.')
      expect((await call(silica, 'GET', '/v1/models')).answer.data).toEqual([])
    }
    await change(other, { state: 'online' })
    for (const silica of [other, one])
      await expect.poll(async () => (await ask(silica)).status, { timeout: 5000 }).toBe(200)
  })

  it('that is deprecated answers, and says since when, until when and what follows', async () => {
    const { answer } = await change(one, {
      state: 'deprecated',
      sunset_at: '2099-01-31',
      successor: 'Pro/zai-org/GLM-4.7',
    })
    expect(answer).toMatchObject({ served: true, sunset_at: '2099-01-31T00:00:00.000Z' })
    for (const stream of [false, true]) {
      const { status, headers } = await ask(one, stream)
      expect(status).toBe(200)
      expect(headers.get('deprecation')).toBe(`@${Math.floor(Date.parse(answer.since) / 1000)}`)
      expect(headers.get('sunset')).toBe('Sat, 31 Jan 2099 00:00:00 GMT')
      expect(headers.get('link')).toBe(
        '</v1/announcements?model=silica%2Fnano>; rel="deprecation", ' +
          '</v1/models/Pro%2Fzai-org%2FGLM-4.7>; rel="successor-version"',
      )
    }
    expect((await change(one, { state: 'online' })).answer).toMatchObject({
      sunset_at: null,
      successor: null,
    })
    expect((await ask(one)).headers.get('deprecation')).toBeNull()
  })

  it.each([
    [{ state: 'gone' }, 400, 'state must be one of "online", "deprecated", "offline", got "gone"'],
    [{ state: 'deprecated', sunset_at: 'soon' }, 400, 'sunset_at must be a time'],
    [{ state: 'deprecated', sunset_at: '2020-01-01' }, 400, 'The date has passed.'],
    [{ sunset_at: '2099-01-01' }, 400, 'Only a deprecated model has a date'],
    [{ state: 'offline', successor: 'no/model' }, 400, 'There is no model no/model'],
    [{ state: 'offline', successor: nano }, 400, 'its own successor'],
    [{ date: 1 }, 400, 'date is not known'],
  ])('is not changed by %j', async (body, status, message) => {
    const refused = await change(one, body)
    expect(refused.status).toBe(status)
    expect(refused.answer.message).toContain(message)
    expect((await call(one, 'GET', `/admin/v1/models/${nano}`)).answer).toMatchObject({ state: 'online' })
  })

  it('is not found under an id that the catalogue does not have', async () => {
    expect((await change(one, { state: 'offline' }, 'no/such/model')).status).toBe(404)
    expect((await call(one, 'GET', '/admin/v1/models/no/such/model')).status).toBe(404)
  })
})

describe('a row that says where its model is in its life', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silica-lives-'))
  const file = join(folder, 'silica.yaml')
  const say = (life: string) => writeFileSync(file, `rows:\n  - { id: ${nano}, life: ${life} }\n`)
  const state = async (silica: TestSilica) =>
    (await call(silica, 'GET', `/admin/v1/models/${nano}`)).answer.state
  const open = (dataFolder: string) =>
    openTestSilica(
      { models: [{ kind: 'rows', file, field: 'rows' }], bundledRows, adminKeys, dataFolder },
      { watch: (files, changed) => watchFiles(files, changed, 10) },
    )
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is taken at its word when it changes, and an operator who speaks later is too', async () => {
    const data = join(folder, 'data')
    say('{ state: deprecated, sunset: 2099-01-01 }')
    let silica = await open(data)
    expect(await state(silica)).toBe('deprecated')
    await change(silica, { state: 'offline' })
    await silica.close()
    silica = await open(data)
    // The row has not changed since.
    expect(await state(silica)).toBe('offline')
    say('{ state: online }')
    await expect.poll(() => state(silica), { timeout: 5000 }).toBe('online')
    await silica.close()
  })
})

it('a deprecated model goes offline on its date, by itself, and that is announced', async () => {
  let later = 0
  const silica = await openTestSilica({ adminKeys }, { clock: () => Date.now() + later })
  const day = 86_400_000
  await change(silica, { state: 'deprecated', sunset_at: new Date(Date.now() + day).toISOString() })
  expect((await ask(silica)).status).toBe(200)
  later = day
  await expect.poll(async () => (await ask(silica)).status, { timeout: 5000 }).toBe(403)
  const { answer } = await call(silica, 'GET', '/admin/v1/announcements?limit=1')
  expect(answer.data).toMatchObject([{ kind: 'offline', by: 'date', sunset: null }])
  await silica.close()
})

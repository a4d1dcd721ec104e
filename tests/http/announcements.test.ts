import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchFiles } from '../../src/cli/world.ts'
import { startWebhookServer, type WebhookServer } from '../lifecycle/webhook-server.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

const nano = 'silica/nano'
const folder = mkdtempSync(join(tmpdir(), 'silica-announcements-'))
const file = join(folder, 'silica.yaml')
let silica: TestSilica
let hook: WebhookServer

beforeAll(async () => {
  hook = await startWebhookServer()
  writeFileSync(file, 'rows: []')
  silica = await openTestSilica(
    {
      models: [{ kind: 'rows', file, field: 'rows' }],
      bundledRows: ['nano', 'glm'].map((name) => resolve(import.meta.dirname, `../../models/${name}.yaml`)),
      adminKeys: ['an-admin-key'],
      environment: { HOOK_SECRET: 'a secret' },
      webhooks: [{ name: 'ops', url: hook.url, secret: { env: 'HOOK_SECRET' } }],
    },
    { watch: (files, changed) => watchFiles(files, changed, 10) },
  )
})
afterAll(async () => {
  await silica.close()
  await hook.close()
  rmSync(folder, { recursive: true })
})

async function get(path: string) {
  const key = path.startsWith('/admin') ? 'an-admin-key' : silica.key
  const response = await fetch(silica.url + path, { headers: { authorization: `Bearer ${key}` } })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    headers: response.headers,
    text,
    answer: isJson ? JSON.parse(text) : null,
  }
}

const patch = (body: object) =>
  fetch(`${silica.url}/admin/v1/models/${nano}`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer an-admin-key' },
    body: JSON.stringify(body),
  })

describe('announcements', () => {
  it('are none after the first start', async () => {
    expect((await get('/v1/announcements')).answer).toEqual({
      object: 'list',
      data: [],
      first_id: null,
      last_id: null,
      has_more: false,
    })
  })

  it('tell of every change, the newest first, page by page, and not of what changes nothing', async () => {
    await patch({ state: 'deprecated', sunset_at: '2099-01-31', successor: 'zai-org/GLM-4.6' })
    await patch({ state: 'deprecated' })
    await patch({ state: 'online' })
    const first = (await get('/v1/announcements?limit=1')).answer
    expect(first).toMatchObject({
      data: [{ object: 'announcement', model: nano, kind: 'online', title: 'silica/nano is online.' }],
      has_more: true,
    })
    const second = (await get(`/v1/announcements?limit=1&after=${first.last_id}`)).answer
    expect(second).toMatchObject({
      data: [
        {
          kind: 'deprecated',
          title: 'silica/nano is deprecated and goes offline on 2099-01-31. Use zai-org/GLM-4.6.',
          sunset: '2099-01-31T00:00:00.000Z',
          successor: 'zai-org/GLM-4.6',
        },
      ],
      has_more: false,
    })
    expect((await get('/v1/announcements?model=other')).answer.data).toEqual([])
    expect((await get('/v1/announcements?page=2')).status).toBe(400)
    expect((await get('/admin/v1/announcements')).answer.data[0]).toMatchObject({ by: 'given-admin-1' })
  })

  it('tell what a reloaded row changed of what a model can do', async () => {
    writeFileSync(file, `rows: [{ id: ${nano}, json: false, answerLimit: { byDefault: 100, max: 1000 } }]`)
    const newest = async () => (await get('/v1/announcements?limit=1')).answer.data[0]
    await expect.poll(async () => (await newest()).kind, { timeout: 5000 }).toBe('abilities')
    expect(await newest()).toMatchObject({
      model: nano,
      title: 'silica/nano has other abilities: max_tokens, response_format.',
      changes: [
        { field: 'max_tokens', from: { default: 2048, max: 4096 }, to: { default: 100, max: 1000 } },
        { field: 'response_format', from: ['text', 'json_object', 'json_schema'], to: ['text'] },
      ],
    })
  })

  it('are an Atom feed too', async () => {
    const { headers, text } = await get('/v1/announcements.atom')
    expect(headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="utf-8"\?>\n<feed xmlns="http:\/\/www.w3.org\/2005\/Atom">/,
    )
    expect(text.match(/<entry>/g)).toHaveLength(3)
    expect(text).toContain('<title>silica/nano is online.</title>')
  })

  it('are sent to webhooks, once each, and the operator sees how that went', async () => {
    const told = () => hook.came.map(({ body }) => JSON.parse(body).type)
    await expect.poll(told, { timeout: 5000 }).toHaveLength(3)
    expect(new Set(told())).toEqual(new Set(['model.deprecated', 'model.online', 'model.abilities']))
    const delivered = async () => (await get('/admin/v1/deliveries?state=delivered')).answer.data
    await expect.poll(delivered, { timeout: 5000 }).toHaveLength(3)
    expect((await delivered())[0]).toMatchObject({
      webhook: 'ops',
      attempts: 1,
      next_at: null,
      result: 'status 204',
    })
    expect((await get('/admin/v1/deliveries?state=dead')).answer).toEqual({ data: [], next: null })
    expect((await get('/admin/v1/deliveries?state=lost')).status).toBe(400)
    expect((await get('/admin/v1/webhooks')).answer.data).toEqual([
      { name: 'ops', origin: new URL(hook.url).origin },
    ])
    const [{ id }] = await delivered()
    await fetch(`${silica.url}/admin/v1/deliveries/${id}/resend`, {
      method: 'POST',
      headers: { authorization: 'Bearer an-admin-key' },
    })
    await expect.poll(told, { timeout: 5000 }).toHaveLength(4)
  })
})

describe('the list of models', () => {
  it('is asked for by type, and has one model by its id, whatever slashes are in it', async () => {
    expect((await get('/v1/models?type=text&sub_type=chat')).answer.data).toHaveLength(1)
    expect((await get('/v1/models?sub_type=embedding')).answer.data).toEqual([])
    expect((await get('/v1/models?type=texts')).answer).toMatchObject({ code: 20015 })
    const client = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key })
    const model = await client.models.retrieve(nano)
    expect(model).toMatchObject({ id: nano, object: 'model', context_length: 8192, state: 'online' })
    expect((await get(`/models/${nano}`)).answer).toEqual({ ...model })
    await expect(client.models.retrieve('no/model')).rejects.toThrow('404 Model does not exist.')
    await expect(client.models.retrieve('zai-org/GLM-4.6')).rejects.toThrow('403 Model disabled.')
  })

  it('marks what is deprecated', async () => {
    await patch({ state: 'deprecated' })
    expect((await get('/v1/models')).answer.data[0]).toMatchObject({ state: 'deprecated', sunset: null })
    expect((await get(`/v1/models/${nano}`)).headers.get('deprecation')).toMatch(/^@\d+$/)
    await patch({ state: 'offline' })
    expect((await get('/v1/models')).answer.data).toEqual([])
  })
})

it('announcements are for everybody where the settings say so', async () => {
  const open = await openTestSilica({ announcements: 'everybody' })
  expect((await fetch(`${open.url}/v1/announcements.atom`)).status).toBe(200)
  expect((await fetch(`${open.url}/v1/models`)).status).toBe(401)
  await open.close()
  expect((await fetch(`${silica.url}/v1/announcements`)).status).toBe(401)
})

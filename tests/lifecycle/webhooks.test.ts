import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onlineLife } from '../../src/chat/life.ts'
import { backoff, openDeliveries, sendDue, type WebhookParts } from '../../src/lifecycle/webhooks.ts'
import { insertAnnouncement } from '../../src/storage/announcements.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { type FreshDatabase, freshDatabase, kinds } from '../storage/fresh-database.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'

const never = new AbortController().signal
const everything = { state: null, before: null }

describe.each(kinds)('webhooks over a %s database', (kind) => {
  let fresh: FreshDatabase
  let database: Database
  let hook: WebhookServer
  let now: number
  let ids: number
  const newId = () => String((ids += 1)).padStart(32, '0')
  const partsOf = (over: Database): WebhookParts => ({
    database: over,
    clock: () => now,
    newId,
    webhooks: [{ name: 'ops', url: hook.url, secret: 'a secret' }],
    write: ({ model, kind: what }) => JSON.stringify({ model, what }),
  })
  const announce = (model = 'a/b') =>
    insertAnnouncement(database, {
      id: newId(),
      at: now,
      model,
      kind: 'offline',
      by: 'cli',
      life: { ...onlineLife, state: 'offline' },
      changes: [],
    })
  const states = async () => {
    const { deliveries } = await openDeliveries(database, () => now).list(everything, 100)
    return deliveries.map(({ state, attempts, result }) => [state, attempts, result])
  }

  beforeEach(async () => {
    fresh = await freshDatabase(kind)
    database = await openDatabase(fresh.place)
    hook = await startWebhookServer()
    now = 1_764_000_000_000
    ids = 0
  })
  afterEach(async () => {
    await hook.close()
    await database.close()
    await fresh.remove()
  })

  it('are told once, with a signature over id, time and body', async () => {
    await announce()
    await sendDue(partsOf(database), never)
    await sendDue(partsOf(database), never)
    expect(hook.came).toHaveLength(1)
    const { headers, body } = hook.came[0] ?? { headers: {}, body: '' }
    expect(JSON.parse(body)).toEqual({ model: 'a/b', what: 'offline' })
    const signed = `${'1'.padStart(32, '0')}.1764000000.${body}`
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': '1'.padStart(32, '0'),
      'webhook-timestamp': '1764000000',
      'webhook-signature': `v1,${createHmac('sha256', 'a secret').update(signed).digest('base64')}`,
    })
    expect(await states()).toEqual([['delivered', 1, 'status 204']])
  })

  it('that refuse are asked again after longer and longer times, then never, and once more when an operator says so', async () => {
    hook.answer(500)
    await announce()
    for (const wait of backoff) {
      const before = hook.came.length
      await sendDue(partsOf(database), never)
      expect(hook.came).toHaveLength(before + 1)
      now += wait - 1
      await sendDue(partsOf(database), never)
      expect(hook.came).toHaveLength(before + 1)
      now += 1
    }
    await sendDue(partsOf(database), never)
    expect(await states()).toEqual([['dead', backoff.length + 1, 'status 500']])
    now += 1e9
    await sendDue(partsOf(database), never)
    expect(hook.came).toHaveLength(backoff.length + 1)
    hook.answer(200)
    const deliveries = openDeliveries(database, () => now)
    const [dead] = (await deliveries.list({ state: 'dead', before: null }, 10)).deliveries
    expect(await deliveries.resend(dead?.id ?? '')).toMatchObject({ state: 'waiting', attempts: 0 })
    await sendDue(partsOf(database), never)
    expect(await states()).toEqual([['delivered', 1, 'status 200']])
    await expect(deliveries.resend('none')).rejects.toThrow('There is no delivery none.')
  })

  it('that cannot be reached, or that point elsewhere, have not been told', async () => {
    await announce()
    hook.answer(302)
    await sendDue(partsOf(database), never)
    expect(await states()).toEqual([['waiting', 1, 'status 302']])
    expect(hook.came).toHaveLength(1)
    const other = await startWebhookServer()
    await other.close()
    const gone = { name: 'ops', url: other.url, secret: 's' }
    now += backoff[0] ?? 0
    await sendDue({ ...partsOf(database), webhooks: [gone] }, never)
    expect(await states()).toEqual([['waiting', 2, 'ECONNREFUSED']])
  })

  it('are told once by however many servers look at the same time', async () => {
    const others = await Promise.all([1, 2, 3].map(() => openDatabase(fresh.place)))
    for (let count = 0; count < 20; count++) await announce(`a/${count}`)
    const sender = async (over: Database) => {
      while (await sendDue(partsOf(over), never));
    }
    await Promise.all([database, ...others].map(sender))
    await sender(database)
    const told = hook.came.map(({ body }) => JSON.parse(body).model)
    expect(told).toHaveLength(20)
    expect(new Set(told)).toEqual(new Set(Array.from({ length: 20 }, (_, count) => `a/${count}`)))
    for (const other of others) await other.close()
  })

  it('that are new hear of the last day alone', async () => {
    await announce('a/old')
    now += 86_400_001
    await announce('a/new')
    await sendDue(partsOf(database), never)
    expect(hook.came.map(({ body }) => JSON.parse(body).model)).toEqual(['a/new'])
  })
})

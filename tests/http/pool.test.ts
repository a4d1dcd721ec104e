import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { type FaultServer, openFaultServer } from '../upstream/fault-server.ts'

/** A Silica over two servers, whose rows can be written anew. */
let silica: TestSilica
let servers: FaultServer[]
let reload = () => {}
const folder = mkdtempSync(join(tmpdir(), 'pool-'))
const file = join(folder, 'rows.yaml')
beforeAll(async () => {
  servers = [await openFaultServer(), await openFaultServer()]
  write('', '')
  silica = await openTestSilica(
    { models: [{ kind: 'rows', file, field: '' }], adminKeys: ['an-admin-key'] },
    {
      watch(_, changed) {
        reload = changed
        return () => {}
      },
    },
  )
})
afterAll(async () => {
  await silica.close()
  await Promise.all(servers.map((server) => server.close()))
  rmSync(folder, { recursive: true })
})

function write(...more: readonly string[]): void {
  const replicas = servers.map(
    ({ url }, at) => `{ kind: upstream, server: vllm, url: '${url}', model: m${more[at]} }`,
  )
  writeFileSync(
    file,
    `- id: silica/nano\n  engine: { kind: pool, probeSeconds: 0.05, replicas: [${replicas.join(', ')}] }\n`,
  )
}

function ask(content: string): Promise<Response> {
  return fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({
      model: 'silica/nano',
      max_tokens: 20,
      enable_thinking: false,
      messages: [{ role: 'user', content }],
    }),
  })
}

async function replicas() {
  const response = await fetch(`${silica.url}/admin/v1/engines`, {
    headers: { authorization: 'Bearer an-admin-key' },
  })
  return Object(await response.json()).data[0].replicas
}

const asked = () => servers.map(({ requests }) => requests.length)

test('a replica that a row drains is asked for nothing new, and keeps what it knows', async () => {
  for (let round = 0; round < 6; round++) expect((await ask(`Question ${round}`)).status).toBe(200)
  const before = asked()
  write(', drain: true', '')
  reload()
  for (let round = 6; round < 12; round++) expect((await ask(`Question ${round}`)).status).toBe(200)
  const now = asked()
  expect([now[0], (now[1] ?? 0) - (before[1] ?? 0)]).toEqual([before[0], 6])
  expect(await replicas()).toMatchObject([
    { draining: true, answers: now[0], circuit: 'closed' },
    { draining: false, answers: now[1] },
  ])
  write('', '')
  reload()
  expect(await replicas()).toMatchObject([{ draining: false }, { draining: false }])
})

test('a server that says it is ill is asked for nothing until it says that it is well', async () => {
  servers[0]?.sayHealth(503)
  await expect.poll(async () => (await replicas())[0]).toMatchObject({ health: 'down', circuit: 'open' })
  const before = asked()
  for (let round = 0; round < 6; round++) expect((await ask(`Again ${round}`)).status).toBe(200)
  expect(asked()[0]).toBe(before[0])
  servers[0]?.sayHealth(200)
  await expect.poll(async () => (await replicas())[0]).toMatchObject({ health: 'up' })
  for (let round = 0; round < 20 && asked()[0] === before[0]; round++) await ask(`Back ${round}`)
  expect(asked()[0]).toBeGreaterThan(before[0] ?? 0)
})

test('a caller is told when to come back, as the servers said', async () => {
  for (const server of servers)
    server.always(() => ({ kind: 'status', status: 429, headers: { 'retry-after': '120' } }))
  const response = await ask('Hello!')
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '120'])
  expect(await response.json()).toMatchObject({ code: 50505, error: { code: 'overloaded' } })
})

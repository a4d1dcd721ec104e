import { Redis as Client } from 'ioredis'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { redisLimiter } from '../../src/accounts/limits/redis-limiter.ts'
import type { Limit } from '../../src/chat/limits.ts'
import { after } from '../../src/cli/world.ts'
import { openRedis } from '../../src/storage/redis.ts'
import { redisClient } from '../../src/storage/redis-client.ts'
import { haveRedis, startRedis, startSentinel, type TestRedis } from './redis-server.ts'

const limits: readonly Limit[] = [{ metric: 'TPM', most: 100 }]

async function connect(address: string) {
  const up = Promise.withResolvers<void>()
  const redis = openRedis({ address, patience: 2000, after, changed: (isUp) => isUp && up.resolve() })
  await up.promise
  return redisLimiter({
    redis,
    steady: () => performance.now(),
    restarted: 'kept',
    time: "redis.call('TIME')",
  })
}

test.skipIf(!haveRedis)('a connection that is closed on purpose is not told as gone', async () => {
  const server = await startRedis()
  const told: boolean[] = []
  const up = Promise.withResolvers<void>()
  const changed = (isUp: boolean) => {
    told.push(isUp)
    up.resolve()
  }
  const redis = openRedis({ address: server.url, patience: 2000, after, changed })
  await up.promise
  await redis.close()
  // By the time that another connection stands, the one before it has ended.
  await (await connect(server.url)).close()
  await server.close()
  expect(told).toEqual([true])
})

describe.skipIf(!haveRedis)('limits are counted', () => {
  test('in a cluster, each account and model wherever it lives', async () => {
    const nodes: TestRedis[] = []
    for (let node = 0; node < 3; node++) nodes.push(await startRedis('--cluster-enabled', 'yes'))
    const [first] = nodes
    const clients = nodes.map(({ url }) => new Client(url))
    try {
      await Promise.all(
        clients.map((client, at) =>
          client.call('CLUSTER', [
            'ADDSLOTSRANGE',
            ...[at * 5462, Math.min(at * 5462 + 5461, 16_383)].map(String),
          ]),
        ),
      )
      for (const client of clients) await client.call('CLUSTER', ['MEET', '127.0.0.1', String(first?.port)])
      for (const client of clients) {
        while (!String(await client.call('CLUSTER', ['INFO'])).includes('cluster_state:ok')) await sleep(20)
      }
      const address = `redis://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`
      const [one, other] = [await connect(address), await connect(address)]
      for (let account = 0; account < 20; account++) {
        const key = `account-${account}/a/model`
        const decision = await one.reserve(key, limits, 80)
        expect(await other.reserve(key, limits, 80)).toMatchObject({ kind: 'refused', metric: 'TPM' })
        if (decision.kind === 'admitted') decision.reservation.adjust(5)
        // The first change at a node may come after what was sent after it.
        while ((await one.reserve(key, limits, 0)).standings[0]?.remaining !== 95) await sleep(1)
      }
      const keys = await Promise.all(clients.map((client) => client.keys('silica:limits:{*')))
      for (const ofNode of keys) expect(ofNode.length).toBeGreaterThan(0)
      for (const limiter of [one, other]) await limiter.close()
    } finally {
      for (const client of clients) client.disconnect()
      for (const node of nodes) await node.close()
    }
  })

  test('by the master that sentinels name, and by its successor', async () => {
    const master = await startRedis('--repl-diskless-sync-delay', '0')
    const successor = await startRedis('--replicaof', `127.0.0.1 ${master.port}`)
    const sentinel = await startSentinel(master.port)
    try {
      const address = `redis+sentinel://127.0.0.1:${sentinel.port}/main`
      const limiter = await connect(address)
      expect(await limiter.reserve('a', limits, 80)).toMatchObject({ kind: 'admitted' })
      const client = new Client(master.url)
      while ((await client.wait(1, 1000)) < 1);
      client.disconnect()
      await master.kill()
      let next = null
      while (next === null) {
        await sleep(50)
        next = await limiter.reserve('a', limits, 10).catch(() => null)
      }
      expect(next).toMatchObject({ kind: 'admitted', standings: [{ remaining: 10 }] })
      await limiter.close()
    } finally {
      await sentinel.close()
      await successor.close()
      await master.close()
    }
  })
})

test.each(['', 'localhost:6379', 'http://localhost', 'redis://', 'redis+sentinel://localhost:26379'])(
  'what is no address is refused: %s',
  (address) => {
    expect(() => redisClient(address)).toThrow('redis must be an address such as redis://localhost:6379.')
  },
)

test('an address gives the user, the password, the number of the database and TLS', () => {
  const client = redisClient('rediss://me:p%40ss@host:7000/3')
  expect(client.options).toMatchObject({
    host: 'host',
    port: 7000,
    username: 'me',
    password: 'p@ss',
    db: 3,
    tls: {},
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  })
  client.on('error', () => {})
  client.disconnect()
})

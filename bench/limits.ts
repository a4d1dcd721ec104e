// What limits cost a request: reserving, counting the prompt, settling, with five limits on an account, for a prompt of
// 4 kB. Processor time of this process in memory and over Redis, the time that Redis itself takes, and its round trips: how
// many a request waits for, and how many follow it unawaited. Needs redis-server.
import { Redis as Client } from 'ioredis'
import type { Limiter } from '../src/accounts/limits/limiter.ts'
import { openLimits } from '../src/accounts/limits/limits.ts'
import { memoryLimiter } from '../src/accounts/limits/memory-limiter.ts'
import { redisLimiter } from '../src/accounts/limits/redis-limiter.ts'
import type { AnswerRecord } from '../src/chat/answer-record.ts'
import { metrics } from '../src/chat/limits.ts'
import { after } from '../src/cli/world.ts'
import { untold } from '../tests/ledger/any-request.ts'
import { openMetrics } from '../src/http/metrics/metrics.ts'
import { openRedis } from '../src/storage/redis.ts'
import { startRedis } from '../tests/accounts/redis-server.ts'
import { readCase } from '../tests/golden/replay.ts'

const request = readCase({
  model: 'golden/hermes',
  messages: Array.from({ length: 8 }, () => ({ role: 'user', content: 'What is it? '.repeat(42) })),
})
const usage = { promptTokens: 1000, cachedTokens: 500, completionTokens: 200, reasoningTokens: 0 }
const level = { limits: metrics.map((metric) => ({ metric, most: 1e12 })), models: new Map() }

/** Processor time of this process per request, in microseconds. */
async function measure(limiter: Limiter, requests: number, callers: number): Promise<number> {
  const limits = openLimits({
    limiter,
    levels: new Map([['free', level]]),
    level: 'free',
    reserve: 'answer',
    decided: () => {},
  })
  let left = requests
  const began = process.cpuUsage()
  const call = async (account: number) => {
    const caller = {
      accountId: `account-${account}`,
      keyId: 'k',
      level: '',
      keepsBodies: false,
      models: null,
    }
    while (left-- > 0) {
      const grant = await limits.admit(caller, request)
      grant.counted(usage.promptTokens)
      grant.settle(usage)
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, account) => call(account)))
  const { user, system } = process.cpuUsage(began)
  return (user + system) / requests
}

const steady = () => performance.now()
const row = (what: string, value: number, unit: string) =>
  console.log(`${what.padEnd(44)}${value.toFixed(2).padStart(8)} ${unit}`)

const own = memoryLimiter(steady)
await measure(own, 50_000, 16)
row('memory', await measure(own, 200_000, 16), 'us of this process')

const server = await startRedis()
const up = Promise.withResolvers<void>()
const redis = openRedis({ address: server.url, patience: 5000, after, changed: () => up.resolve() })
const client = new Client(server.url)
await up.promise
const shared = redisLimiter({ redis, steady, restarted: 'lost', time: "redis.call('TIME')" })

const first = await shared.reserve('one/model', level.limits, 100)
await client.config('RESETSTAT')
await shared.reserve('one/model', level.limits, 100)
const awaited = await scripts()
if (first.kind === 'admitted') first.reservation.adjust(50)
if (first.kind === 'admitted') first.reservation.adjust(10)
await shared.reserve('one/model', level.limits, 100)
row('Redis: round trips that a request waits for', awaited.calls, '')
row('Redis: round trips that follow unawaited', (await scripts()).calls - 2 * awaited.calls, '')

for (const callers of [1, 16, 64]) {
  await measure(shared, 2000, callers)
  await client.config('RESETSTAT')
  const ours = await measure(shared, 10_000, callers)
  const { calls, microseconds } = await scripts()
  row(`Redis, ${callers} at a time`, ours, 'us of this process')
  row(
    `Redis, ${callers} at a time`,
    microseconds / 10_000,
    `us of Redis in ${(calls / 10_000).toFixed(1)} scripts`,
  )
}
await shared.close()
client.disconnect()
await server.close()

const kept = openMetrics({
  states: () => new Map(),
  records: () => ({ waitingBytes: 0, lost: 0 }),
  redis: () => 'none',
  spansDropped: () => 0,
  used: () => ({ cpu: 0, memory: 0 }),
})
const record: AnswerRecord = {
  ...usage,
  ...untold,
  traceId: 't',
  callerTraceId: '',
  accountId: 'a',
  keyId: 'k',
  model: 'a/b',
  standIn: '',
  thinking: 'off',
  reply: 'stream',
  choices: 1,
  answerLimit: 100,
  receivedAt: 0,
  admittedAt: 1,
  firstTokenAt: 20,
  doneAt: 400,
  outcome: 'finished',
  reasons: ['stop'],
  failure: null,
  cause: null,
}
for (const requests of [50_000, 500_000]) {
  const began = process.cpuUsage()
  for (let at = 0; at < requests; at++) {
    kept.decided('a/b', 'admitted')
    kept.answered(record)
  }
  const { user, system } = process.cpuUsage(began)
  if (requests === 500_000) row('metrics', (user + system) / requests, 'us of this process')
}

/** How many scripts Redis has run since it was last asked to forget, and in what time. */
async function scripts(): Promise<{ readonly calls: number; readonly microseconds: number }> {
  const found = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(await client.info('commandstats'))
  return { calls: Number(found?.[1] ?? 0), microseconds: Number(found?.[2] ?? 0) }
}

// One of several processes over one Redis, for `replicas.test.ts`. Started with the address and a seed. Says on standard
// output, a JSON line each, what it was let in for and when that was, by the machine's own clock made faster.
import { redisLimiter } from '../../src/accounts/limits/redis-limiter.ts'
import { after } from '../../src/cli/world.ts'
import { openRedis } from '../../src/storage/redis.ts'
import { limits, type LetIn, serverTimeFaster, steadyFaster } from './faster-time.ts'

const [address = '', seed = '1'] = process.argv.slice(2)
let state = Number(seed)
/** Between 0 and 1, the same for the same seed. */
const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647

const redis = openRedis({ address, patience: 200, after, changed: () => {} })
const limiter = redisLimiter({ redis, steady: steadyFaster, restarted: 'lost', time: serverTimeFaster })

async function ask(): Promise<void> {
  const tokens = 1 + Math.floor(random() * 300)
  const sent = steadyFaster()
  const decision = await limiter.reserve('team/model', limits, tokens)
  if (decision.kind === 'refused') return
  const used = random() < 0.3 ? 0 : Math.ceil(random() * tokens)
  const line: LetIn = { sent, answered: steadyFaster(), tokens: used }
  console.log(JSON.stringify(line))
  await new Promise((resolve) => setTimeout(resolve, random() * 300))
  decision.reservation.adjust(used)
}

async function askForever(): Promise<never> {
  for (;;) {
    // Redis is stopped on purpose now and then.
    await ask().catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, random() * 20))
  }
}

await Promise.all(Array.from({ length: 8 }, () => askForever()))

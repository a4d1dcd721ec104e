import { memoryLimiter } from '../../src/accounts/limits/memory-limiter.ts'
import { limiterContract } from '../contract/limiter.ts'

limiterContract(
  'the limiter in memory',
  () => {
    let now = 0
    let keys = 0
    return Promise.resolve({
      limiters: [memoryLimiter(() => now)],
      newKey: () => `account/${++keys}`,
      clock: { now: () => now, pass: async (milliseconds) => void (now += milliseconds) },
    })
  },
  300,
)

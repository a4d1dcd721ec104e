import type { Limit } from '../../src/chat/limits.ts'

/** So much faster passes the time of the limiters in `replicas.test.ts`: a minute is 600 ms. */
const faster = 100

export const limits: readonly Limit[] = [
  { metric: 'RPM', most: 40 },
  { metric: 'TPM', most: 4000 },
]

/** When a request was let in: after `sent` and before `answered`. And the tokens that it used. */
export interface LetIn {
  readonly sent: number
  readonly answered: number
  readonly tokens: number
}

/** The clock of the machine, the same in all its processes. */
export function steadyFaster(): number {
  return (Number(process.hrtime.bigint()) / 1e6) * faster
}

/** The server's own clock, as the scripts ask for it. */
export const serverTimeFaster = `(function()
  local time = redis.call('TIME')
  return { time[1] * ${faster}, time[2] * ${faster} }
end)()`

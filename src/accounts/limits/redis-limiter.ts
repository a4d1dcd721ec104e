import type { Limit, Metric, Standing } from '../../chat/limits.ts'
import { type Redis, redisGone, scriptOf } from '../../storage/redis.ts'
import type { Decision, Limiter, Reservation } from './limiter.ts'
import { adjustScript, lossScript, takeScript } from './redis-scripts.ts'
import { serverTime } from './server-time.ts'
import { amountOf, countsTokens, bucketLength } from './windows.ts'

export interface RedisLimiterParts {
  readonly redis: Redis
  /** Milliseconds of a clock that nobody sets. */
  readonly steady: () => number
  /**
   * What to think of the counts of a server that was started anew or took the place of another. `lost`: a limit admits
   * nothing until its window has passed since. `kept`: the server is trusted to have kept them.
   */
  readonly restarted: 'lost' | 'kept'
  /** How the scripts learn what time it is: `redis.call('TIME')`, but in tests. */
  readonly time: string
}

/** How long an unused key is kept, in milliseconds: the longest window, its oldest bucket, and a little more. */
const kept = 25 * 3_600_000
/** How many changes wait for a connection; what is more stays taken until its window has passed. */
const mostWaiting = 10_000
const lossKey = 'silica:limits:lost'
/** How often a server may turn out to be another than it was a moment ago. */
const mostMeetings = 3

/** What was taken of one metric, and in which bucket. */
interface Taken {
  readonly metric: Metric
  readonly bucket: number
  readonly amount: number
}

/** Something to add to what was taken under `key`, as long as the server runs as `runs`. */
interface Change {
  readonly key: string
  readonly runs: string
  readonly by: readonly Taken[]
}

/** A limiter for all processes over one Redis. A reservation is one round trip, and nothing waits for one after it. */
export function redisLimiter({ redis, steady, restarted, time }: RedisLimiterParts): Limiter {
  const take = scriptOf(takeScript(time))
  const adjust = scriptOf(adjustScript(time))
  const loss = scriptOf(lossScript)
  const clock = serverTime(steady)
  /** The ids of the server's runs that are known. */
  let runs = ''
  /** What was counted before this time of the server's clock may be lost. */
  let lost = 0
  let meeting: Promise<void> | null = null
  const waiting: Change[] = []

  /**
   * The server does not run as it did. A process that has only begun cannot know whether something was lost: those that
   * were there before leave word of it.
   */
  async function meet(run: string, startedAt: number): Promise<void> {
    const found = (await redis.runs()).join(' ')
    if (!found.includes(run)) return
    const nothing = runs === '' || restarted === 'kept'
    const word = Number(await redis.run(loss, lossKey, [nothing ? 0 : startedAt, kept]))
    // The server shall know this script by name: a first change would else come after what is sent after it.
    await redis.run(adjust, 'silica:limits:none', [found, 0, 0])
    lost = restarted === 'kept' ? 0 : word
    runs = found
    clock.reset()
  }

  /** Sends the change and does not wait. What may have been sent is not sent again: it could be given back twice. */
  function send(change: Change): void {
    if (!redis.isUp()) {
      if (waiting.length < mostWaiting) waiting.push(change)
      return
    }
    const { earliest, latest } = clock.bounds()
    const by = change.by.flatMap(({ metric, bucket, amount }) => [
      metric,
      bucketLength(metric),
      bucket,
      amount,
    ])
    redis.run(adjust, change.key, [change.runs, earliest, latest, ...by]).catch(() => {
      // It stays as it was taken, until its window has passed.
    })
  }

  async function reserve(key: string, limits: readonly Limit[], tokens: number): Promise<Decision> {
    const name = `silica:limits:{${encodeURIComponent(key)}}`
    const wanted = limits.flatMap(({ metric, most }) => [
      metric,
      bucketLength(metric),
      most,
      amountOf(metric, tokens),
    ])
    for (let met = 0; met <= mostMeetings; met++) {
      for (const change of waiting.splice(0)) send(change)
      const [known, sent, { earliest, latest }] = [runs, steady(), clock.bounds()]
      const values = [known, earliest, latest, lost, kept, ...wanted]
      const answer = await redis.run(take, name, values, (late) => {
        // Whoever asked has been turned away: all of it goes back, the request too.
        const reply = readReply(late, limits, tokens)
        if (reply.kind === 'admitted') {
          const by = reply.taken.map((taken) => ({ ...taken, amount: -taken.amount }))
          send({ key: name, runs: known, by })
        }
      })
      const reply = readReply(answer, limits, tokens)
      if (reply.kind !== 'unknown') {
        clock.heard(reply.time, sent)
        if (reply.kind === 'refused') return reply
        return { ...reply, reservation: reservationOf(name, known, reply.taken, tokens) }
      }
      meeting ??= meet(reply.run, reply.startedAt).finally(() => (meeting = null))
      await meeting
    }
    throw redisGone('the server is another one each time')
  }

  function reservationOf(key: string, known: string, taken: readonly Taken[], tokens: number): Reservation {
    const metered = taken.filter(({ metric }) => countsTokens(metric))
    let held = tokens
    return {
      adjust(to) {
        const amount = to - held
        held = to
        if (amount === 0 || metered.length === 0) return
        send({ key, runs: known, by: metered.map((one) => ({ ...one, amount })) })
      },
    }
  }

  return { reserve, close: () => redis.close() }
}

type Reply =
  | { readonly kind: 'unknown'; readonly run: string; readonly startedAt: number }
  | {
      readonly kind: 'admitted'
      readonly time: number
      readonly standings: readonly Standing[]
      readonly taken: readonly Taken[]
    }
  | (Extract<Decision, { kind: 'refused' }> & { readonly time: number })

function readReply(answer: unknown, limits: readonly Limit[], tokens: number): Reply {
  const said: readonly unknown[] = Array.isArray(answer) ? answer : []
  const number = (at: number) => Number(said[at])
  if (said[0] === 'unknown') return { kind: 'unknown', run: String(said[1]), startedAt: number(2) }
  const time = number(1)
  const standings = limits.map((limit, at) => ({
    ...limit,
    remaining: number(4 + 3 * at),
    resetsIn: number(5 + 3 * at),
  }))
  const blamed = limits[number(2) - 1]
  if (blamed !== undefined) {
    const retryIn = number(3) === -1 ? null : number(3)
    return { kind: 'refused', time, metric: blamed.metric, retryIn, standings }
  }
  const taken = limits.map(({ metric }, at) => ({
    metric,
    bucket: number(6 + 3 * at),
    amount: amountOf(metric, tokens),
  }))
  return { kind: 'admitted', time, standings, taken }
}

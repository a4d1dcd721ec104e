import { describe, expect, it } from 'vitest'
import { readCase } from '../../../tests/golden/replay.ts'
import { Failure } from '../../chat/failure.ts'
import type { Limit } from '../../chat/limits.ts'
import { noUsage } from '../../chat/usage.ts'
import type { Limiter } from './limiter.ts'
import { type LimitsParts, openLimits } from './limits.ts'
import { memoryLimiter } from './memory-limiter.ts'
import { serverTime } from './server-time.ts'
import { shareWhileGone } from './share-while-gone.ts'
import { answerBound, promptBound } from './token-bounds.ts'

const caller = { accountId: 'team', keyId: 'k', level: '', keepsBodies: false, models: null }
const hello = { model: 'golden/native', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 100 }
const request = readCase(hello)
const bound = promptBound(request) + answerBound(request)

function open(limits: readonly Limit[], changed: Partial<LimitsParts> = {}) {
  const limiter = memoryLimiter(() => 0)
  const levels = new Map([['free', { limits, models: new Map([['golden/hermes', []]]) }]])
  const remaining = async () => {
    const { standings } = await limiter.reserve(`team/${request.model.id}`, limits, 0)
    return standings.at(-1)?.remaining
  }
  return {
    limits: openLimits({ limiter, levels, level: 'free', reserve: 'answer', decided: () => {}, ...changed }),
    remaining,
  }
}

describe('limits', () => {
  it('are those of the account’s level, or of the level of all others, or none', async () => {
    const { limits } = open([{ metric: 'RPM', most: 0 }])
    await expect(limits.admit(caller, request)).rejects.toMatchObject({ kind: 'rate-limited' })
    await expect(limits.admit({ ...caller, level: 'unheard-of' }, request)).rejects.toBeInstanceOf(Failure)
    const levels = new Map([
      ['free', { limits: [{ metric: 'RPM', most: 0 } as const], models: new Map() }],
      ['gold', { limits: [], models: new Map() }],
    ])
    const levelled = open([], { levels }).limits
    expect((await levelled.admit({ ...caller, level: 'gold' }, request)).standings).toEqual([])
    expect((await open([], { level: '' }).limits.admit(caller, request)).standings).toEqual([])
  })

  it('of a single model stand in place of the level’s', async () => {
    const { limits } = open([{ metric: 'RPM', most: 0 }])
    const other = readCase({ ...hello, model: 'golden/hermes' })
    expect((await limits.admit(caller, other)).standings).toEqual([])
  })

  it('take the longest that an answer can be, less once the prompt is counted, and what was used at the end', async () => {
    const { limits, remaining } = open([{ metric: 'TPM', most: 20_000 }])
    const grant = await limits.admit(caller, request)
    expect(await remaining()).toBe(20_000 - bound)
    grant.counted(7)
    expect(await remaining()).toBe(20_000 - 7 - answerBound(request))
    grant.settle({ ...noUsage, promptTokens: 7, completionTokens: 30 })
    expect(await remaining()).toBe(20_000 - 37)
  })

  it('take the prompt alone where the settings say so, and the answer as it ends', async () => {
    const { limits, remaining } = open([{ metric: 'TPM', most: 20_000 }], { reserve: 'prompt' })
    const grant = await limits.admit(caller, request)
    expect(await remaining()).toBe(20_000 - promptBound(request))
    grant.counted(7)
    expect(await remaining()).toBe(20_000 - 7)
    grant.settle({ ...noUsage, promptTokens: 7, completionTokens: 30 })
    expect(await remaining()).toBe(20_000 - 37)
  })

  it('let in what may come to more only alone, and then only what does not', async () => {
    const most = answerBound(request) + 10
    const { limits, remaining } = open([{ metric: 'TPM', most }])
    const fits = await limits.admit(caller, request)
    expect(await remaining()).toBe(0)
    fits.counted(10)
    fits.settle(noUsage)
    const large = await limits.admit(caller, request)
    expect(() => large.counted(11)).toThrow('Details:TPM limit reached.')
    large.settle(noUsage)
    const uncounted = await limits.admit(caller, request)
    expect(() => uncounted.counted(0)).toThrow(Failure)
    uncounted.settle(noUsage)
    expect(await remaining()).toBe(most)
  })

  it('say in the service’s words which of them was reached, when to come back, and how they stand', async () => {
    const { limits } = open([{ metric: 'RPH', most: 1 }])
    await limits.admit(caller, request)
    await expect(limits.admit(caller, request)).rejects.toMatchObject({
      message:
        'Request was rejected due to rate limiting. If you want more, please contact contact@siliconflow.cn. ' +
        'Details:RPH limit reached.',
      retryAfter: 3_660_000,
      standings: [{ metric: 'RPH', most: 1, remaining: 0, resetsIn: 3_660_000 }],
    })
  })
})

describe('the bound of a prompt', () => {
  const boundOf = (body: object) => promptBound(readCase({ model: 'golden/native', ...body }))
  const messages = (content: unknown) => ({ messages: [{ role: 'user', content }] })

  it('counts every byte, also of thoughts, calls and tools', () => {
    const plain = boundOf(messages(''))
    expect(boundOf(messages('é好😀'))).toBe(plain + 9)
    const tool = {
      type: 'function',
      function: { name: 'f', parameters: { type: 'object', a: 'x'.repeat(500) } },
    }
    expect(boundOf({ ...messages(''), tools: [tool] })).toBeGreaterThan(plain + 1000)
  })

  it('is never more than the model’s window', () => {
    expect(boundOf(messages('x'.repeat(100_000)))).toBe(32_768)
  })
})

describe('a share of the limit', () => {
  const limits = [{ metric: 'RPM', most: 7 }] as const
  let error: Error = new Failure('overloaded', 'gone')
  const gone: Limiter = { reserve: () => Promise.reject(error), close: () => Promise.resolve() }
  const limiter = shareWhileGone(
    gone,
    memoryLimiter(() => 0),
    3,
  )

  it('is what a server lets in while Redis is gone', async () => {
    const kinds = []
    for (let ask = 0; ask < 4; ask++) kinds.push((await limiter.reserve('a', limits, 1)).kind)
    expect(kinds).toEqual(['admitted', 'admitted', 'refused', 'refused'])
  })

  it('does not hide a defect', async () => {
    error = new Error('a defect')
    await expect(limiter.reserve('a', limits, 1)).rejects.toThrow('a defect')
  })
})

describe('the time of a server', () => {
  it('is believed as far as our own clock agrees', () => {
    let now = 0
    const time = serverTime(() => now)
    expect(time.bounds()).toEqual({ earliest: 0, latest: Number.MAX_SAFE_INTEGER })
    now = 10
    time.heard(1000, 4)
    // It said 1000 when ours was between 4 and 10.
    expect(time.bounds()).toEqual({ earliest: 1000, latest: 1007 })
    now = 1010
    expect(time.bounds()).toEqual({ earliest: 1999, latest: 2008 })
    // It was set, and nothing of that is believed.
    time.heard(9_000_000, 1009)
    time.heard(7, 1009)
    expect(time.bounds()).toEqual({ earliest: 1999, latest: 2008 })
    time.heard(2005, 1009)
    expect(time.bounds()).toEqual({ earliest: 2005, latest: 2007 })
  })
})

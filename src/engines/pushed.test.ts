import { expect, test } from 'vitest'
import { pushed, type Say } from './pushed.ts'

const never = new AbortController().signal
type Word = readonly string[]

/** Resolves when the signal aborts, as work does that takes a moment to leave. */
const left = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => setImmediate(resolve)))

async function read(words: AsyncIterable<Word>): Promise<string> {
  let text = ''
  for await (const [word] of words) text += word
  return text
}

test('all that is said is read in its order, however early or late it is said', async () => {
  const work = async (say: Say<Word>) => {
    for (const word of 'abc') void say([word])
    await new Promise(setImmediate)
    void say(['d'])
  }
  expect(await read(pushed(work, never))).toBe('abcd')
})

test('the work begins with the first read, and not at all for a reader who returns or whose signal has aborted', async () => {
  let begun = 0
  const work = async () => void (begun += 1)
  const words = pushed<Word>(work, never)
  await words.return?.()
  expect(await words.next()).toEqual({ done: true, value: undefined })
  await expect(pushed<Word>(work, AbortSignal.abort('no')).next()).rejects.toBe('no')
  expect(begun).toBe(0)
  await pushed<Word>(work, never).next()
  expect(begun).toBe(1)
})

test('who says more than is read is told when that was taken', async () => {
  const order: string[] = []
  const work = async (say: Say<Word>) => {
    await new Promise(setImmediate)
    expect(say(['a'])).toBeUndefined()
    await say(['b'])
    order.push('said')
  }
  const words = pushed(work, never)
  await words.next()
  order.push('read')
  await words.next()
  expect(await words.next()).toEqual({ done: true, value: undefined })
  expect(order).toEqual(['read', 'said'])
})

test('a failure comes once, behind all that was said', async () => {
  const words = pushed<Word>(async (say) => {
    void say(['a'])
    void say(['b'])
    throw new Error('lost')
  }, never)
  expect([await words.next(), await words.next()].map(({ value }) => value)).toEqual([['a'], ['b']])
  await expect(words.next()).rejects.toThrow('lost')
  expect(await words.next()).toEqual({ done: true, value: undefined })
})

test.each(['at work', 'over'])('an abort drops what was not read and throws its reason: %s', async (when) => {
  const leave = new AbortController()
  let ended = false
  const words = pushed<Word>(async (say, signal) => {
    for (const word of 'abc') void say([word])
    if (when === 'at work') await left(signal)
    ended = true
  }, leave.signal)
  await words.next()
  leave.abort('gone')
  await expect(words.next()).rejects.toBe('gone')
  expect(ended).toBe(true)
  expect(await words.next()).toEqual({ done: true, value: undefined })
})

test('a return ends the work, also under a read', async () => {
  let ended = false
  const words = pushed<Word>(async (say, signal) => {
    void say(['a'])
    await left(signal)
    ended = true
    throw new Error('nobody hears this')
  }, never)
  await words.next()
  const pending = words.next()
  expect(await words.return?.()).toEqual({ done: true, value: undefined })
  expect([ended, await pending]).toEqual([true, { done: true, value: undefined }])
})

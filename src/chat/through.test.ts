import { expect, test } from 'vitest'
import { type PassageEnd, through } from './through.ts'

/** Doubles odd numbers and drops even ones, up to a 9; a 7 is too much for it. Tells what happened on both of its sides. */
function passage(numbers: readonly number[], failure: Error | null = null) {
  const ends: (PassageEnd | 'returned')[] = []
  async function* source() {
    try {
      yield* numbers
      if (failure !== null) throw failure
    } finally {
      ends.push('returned')
    }
  }
  let last = 0
  const items = through(source(), {
    take(number) {
      last = number
      if (number === 7) throw seven
      return number % 2 === 0 ? null : 2 * number
    },
    isWhole: () => last === 9,
    over: (how) => ends.push(how),
  })
  return { items, ends }
}

const seven = new Error('seven')

async function read(items: AsyncIterable<number>): Promise<unknown[]> {
  const got: unknown[] = []
  try {
    for await (const item of items) got.push(item)
  } catch (error) {
    got.push(error)
  }
  return got
}

const lost = new Error('lost')

test.each([
  ['passes on what it makes of its items', [1, 2, 4, 3], null, [2, 6], { kind: 'ended' }],
  ['returns its source where it has enough', [9, 1], lost, [18], { kind: 'ended' }],
  ['fails as its source does', [1], lost, [2, lost], { kind: 'failed', error: lost }],
  ['returns its source where it fails itself', [1, 7, 3], lost, [2, seven], { kind: 'failed', error: seven }],
])('%s, and ends once', async (_, numbers, failure, got, end) => {
  const { items, ends } = passage(numbers, failure)
  expect(await read(items)).toEqual(got)
  expect(await items.next()).toEqual({ done: true, value: undefined })
  expect(ends).toEqual(['returned', end])
})

test('ends where its reader leaves, whether anything was read or not', async () => {
  const begun = passage([1, 3])
  await begun.items.next()
  await begun.items.return()
  await begun.items.return()
  expect(begun.ends).toEqual(['returned', { kind: 'left' }])
  const { items, ends } = passage([1])
  await items.return()
  expect(ends).toEqual([{ kind: 'left' }])
  expect(await read(items)).toEqual([])
})

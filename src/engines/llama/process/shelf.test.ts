import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeModel } from '../../../../tests/engines/llama/fake-model.ts'
import { runs } from '../../../../tests/runs.ts'
import { commonPrefix } from './holder.ts'
import { Shelf } from './shelf.ts'

/** A cache, and a shelf that takes what a sequence of some tokens leaves, and gives back what it has of others. */
function openShelf(bytes = 1e9) {
  const { cache } = new FakeModel({ slots: 2 })
  const shelf = new Shelf(cache, bytes)
  return {
    leave: (tokens: readonly number[], most?: number): number => {
      cache.clear(0)
      for (const token of tokens) cache.add(0, token)
      return shelf.put({ slot: 0, tokens, fed: tokens.length }, most)
    },
    /** What a slot holds that held the first `from` of the tokens before. */
    takeUp: (tokens: readonly number[], from = 0): readonly number[] => {
      cache.clear(1)
      for (const token of tokens.slice(0, from)) cache.add(1, token)
      let held = from
      for (const { state, end } of shelf.find(tokens, from)) {
        expect(cache.load(1, state, held, end)).toBe(true)
        held = end
      }
      return cache.held(1).map(({ token }) => token)
    },
  }
}

const part = fc
  .record({ token: fc.integer({ min: 1, max: 3 }), times: fc.constantFrom(1, 5, 127, 128, 200) })
  .map(({ token, times }) => Array.from({ length: times }, () => token))
const sequences = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.flat())

test('it gives back what any sequence that was left begins with alike, to the token', () => {
  fc.assert(
    fc.property(fc.array(sequences, { maxLength: 8 }), sequences, fc.nat(600), (left, asked, at) => {
      const { leave, takeUp } = openShelf()
      for (const tokens of left) leave(tokens)
      const from = Math.min(at, asked.length)
      const most = Math.max(
        from,
        ...left.map((tokens) => commonPrefix({ tokens, fed: tokens.length }, asked)),
      )
      expect(takeUp(asked, from)).toEqual(asked.slice(0, most))
    }),
    { numRuns: runs(300) },
  )
})

test('with too little memory it gives back less, never anything else', () => {
  fc.assert(
    fc.property(fc.array(sequences, { maxLength: 8 }), sequences, fc.nat(900), (left, asked, bytes) => {
      const { leave, takeUp } = openShelf(bytes)
      for (const tokens of left) leave(tokens)
      const given = takeUp(asked)
      expect(given).toEqual(asked.slice(0, given.length))
      expect(given.length).toBeLessThanOrEqual(bytes)
    }),
    { numRuns: runs(300) },
  )
})

const long = Array.from({ length: 300 }, (_, index) => 1 + (index % 7))

test('what is long is saved block by block', () => {
  const { leave, takeUp } = openShelf()
  leave(long, 1)
  expect(takeUp(long)).toEqual(long.slice(0, 128))
  leave(long, 1)
  leave(long, 1)
  expect(takeUp(long)).toEqual(long)
  expect(leave(long, 1)).toBe(0)
})

test('where memory is short, what was used last stays, and of that the beginning', () => {
  const { leave, takeUp } = openShelf(400)
  const other = long.map((token) => token + 10)
  leave(other)
  leave(long)
  expect(takeUp(long)).toEqual(long)
  expect(takeUp(other)).toEqual([])
  const less = openShelf(200)
  less.leave(long)
  expect(less.takeUp(long)).toEqual(long.slice(0, 128))
})

test('thousands of prompts that begin with one template are told apart', () => {
  const { cache } = new FakeModel({ slots: 1 })
  for (let cell = 0; cell < 128; cell++) cache.add(0, 1)
  const shelf = new Shelf(cache, 1e9)
  const template = Array.from({ length: 120 }, () => 7)
  const prompts = Array.from({ length: 5000 }, (_, index) =>
    [...template, (index * 7919) % 5000, index, 0, 0, 0, 0, 0, 0].slice(0, 128),
  )
  for (const tokens of prompts) expect(shelf.put({ slot: 0, tokens, fed: 128 })).toBe(130)
  for (const tokens of prompts) expect(shelf.find(tokens, 0)).toMatchObject([{ end: 128 }])
  expect(shelf.find([...template, 9999], 0)).toMatchObject([{ end: 120 }])
})

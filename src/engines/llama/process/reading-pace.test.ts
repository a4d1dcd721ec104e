import { expect, test } from 'vitest'
import { ReadingPace } from './reading-pace.ts'

/** A pace over a machine that takes so many milliseconds for a token of a narrow and of a wide chunk. */
function measured(narrow: number, wide: number): ReadingPace {
  const pace = new ReadingPace(50)
  pace.note(32, 0, narrow * 32)
  pace.note(128, 0, wide * 128)
  return pace
}

test('it begins with the narrowest chunk, or a wide one where nobody waits', () => {
  expect(new ReadingPace(50).chunk(1)).toBe(16)
  expect(new ReadingPace(50).chunk(0)).toBe(64)
})

test('a chunk fits into the patience', () => {
  expect(measured(1, 0.25).chunk(8)).toBe(184)
  expect(measured(2, 1.5).chunk(8)).toBe(25)
})

test('a wide chunk fills the batch to whole tiles, beside however many answers', () => {
  for (let answers = 1; answers <= 100; answers++) {
    const batch = measured(2, 0.4).chunk(answers) + answers
    expect(batch % 64).toBe(0)
    expect(batch).toBeGreaterThanOrEqual(answers + 16)
  }
  expect(measured(9, 0.3).chunk(0) % 64).toBe(0)
})

test('where no wide chunk fits, the least one is read if it is faster by half and takes twice the patience at most', () => {
  expect(measured(3, 1.6).chunk(3)).toBe(61)
  expect(measured(3, 1.7).chunk(3)).toBe(16)
  expect(measured(2.2, 1.5).chunk(3)).toBe(22)
})

test('what a last tile took that was nearly empty does not count', () => {
  const pace = measured(4, 1.5)
  pace.note(64, 3, 300)
  expect(pace.chunk(3)).toBe(61)
})

test('what the answers themselves take is not counted', () => {
  const pace = new ReadingPace(50)
  pace.note(128, 0, 192)
  pace.note(0, 1, 20)
  pace.note(32, 1, 84)
  expect(pace.chunk(1)).toBe(25)
})

test('where nothing fits, the narrowest chunk is read', () => {
  expect(measured(100, 60).chunk(1)).toBe(16)
})

test('where nothing fits and a wide chunk takes less than twice as long, that is read', () => {
  expect(measured(100, 40).chunk(1)).toBe(63)
})

test('where no answer waits a step takes a second at most, or a wide chunk', () => {
  expect(measured(9, 2).chunk(0)).toBe(448)
  expect(measured(900, 500).chunk(0)).toBe(64)
})

test('it follows as reading becomes slower over a longer context', () => {
  const pace = measured(1, 0.5)
  for (let step = 0; step < 30; step++) pace.note(pace.chunk(1), 1, pace.chunk(1) * 2)
  expect(pace.chunk(1)).toBe(25)
})

test('what was never tried is tried, and what was slow once is tried again', () => {
  const pace = new ReadingPace(50)
  pace.note(16, 1, 16)
  expect(pace.chunk(1)).toBe(63)
  const slow = measured(100, 40)
  for (let step = 0; step < 15; step++) slow.note(63, 1, 64)
  expect(slow.chunk(1)).toBe(16)
})

import { expect, test } from 'vitest'
import { ReadingPace } from './reading-pace.ts'

/** A pace over a machine that takes so many milliseconds for a token of a narrow and of a wide chunk. */
function measured(narrow: number, wide: number): ReadingPace {
  const pace = new ReadingPace(50)
  pace.note(32, false, narrow * 32)
  pace.note(128, false, wide * 128)
  return pace
}

test('it begins with the narrowest chunk, or a wide one where nobody waits', () => {
  expect(new ReadingPace(50).chunk(true)).toBe(16)
  expect(new ReadingPace(50).chunk(false)).toBe(64)
})

test('a chunk fits into the patience', () => {
  expect(measured(1, 0.5).chunk(true)).toBe(100)
  expect(measured(2, 1).chunk(true)).toBe(25)
})

test('what the answers themselves take is not counted', () => {
  const pace = new ReadingPace(50)
  pace.note(128, false, 128)
  pace.note(0, true, 20)
  pace.note(32, true, 84)
  expect(pace.chunk(true)).toBe(25)
})

test('where nothing fits, the narrowest chunk is read', () => {
  expect(measured(100, 60).chunk(true)).toBe(16)
})

test('where nothing fits and a wide chunk takes less than twice as long, that is read', () => {
  expect(measured(100, 40).chunk(true)).toBe(64)
})

test('where no answer waits a step takes a second at most, or a wide chunk', () => {
  expect(measured(9, 2).chunk(false)).toBe(500)
  expect(measured(900, 500).chunk(false)).toBe(64)
})

test('it follows as reading becomes slower over a longer context', () => {
  const pace = measured(1, 0.5)
  for (let step = 0; step < 30; step++) pace.note(pace.chunk(true), true, pace.chunk(true) * 2)
  expect(pace.chunk(true)).toBe(25)
})

test('what was never tried is tried, and what was slow once is tried again', () => {
  const pace = new ReadingPace(50)
  pace.note(16, true, 16)
  expect(pace.chunk(true)).toBe(64)
  const slow = measured(100, 40)
  for (let step = 0; step < 15; step++) slow.note(64, true, 64)
  expect(slow.chunk(true)).toBe(16)
})

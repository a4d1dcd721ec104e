import { expect, test } from 'vitest'
import { ReadingPace } from './reading-pace.ts'

/** A pace over a machine that takes so many milliseconds for a token of a narrow and of a wide chunk. */
function measured(narrow: number, wide: number): ReadingPace {
  const pace = new ReadingPace(50)
  pace.note(32, false, narrow * 32)
  pace.note(128, false, wide * 128)
  return pace
}

test('it begins with the narrowest chunk, or a tile where nobody waits', () => {
  expect(new ReadingPace(50).chunk(1, 1)).toBe(16)
  expect(new ReadingPace(50).chunk(1, 0)).toBe(64)
})

test('a chunk takes as long as the patience, in whole tiles where one fits', () => {
  expect(measured(1, 0.3).chunk(1, 1)).toBe(192)
  expect(measured(1, 0.36).chunk(1, 1)).toBe(128)
  expect(measured(2, 1.5).chunk(1, 1)).toBe(25)
})

test('then it is the turn of the answers, and after that of prompts again', () => {
  const pace = measured(1, 0.3)
  pace.note(192, true, 58)
  expect(pace.chunk(1, 1)).toBe(0)
  pace.note(0, true, 10)
  expect(pace.chunk(1, 1)).toBe(192)
})

test('what a batch has no room for is read in the next step, before the answers', () => {
  const pace = measured(1, 0.125)
  pace.note(256, true, 32)
  expect(pace.chunk(1, 1)).toBe(128)
})

test('answers wait as many times as long as prompts wait, but no longer than a second', () => {
  const pace = measured(2, 0.5)
  expect(pace.chunk(1, 8)).toBe(128)
  expect(pace.chunk(3, 8)).toBe(320)
  expect(pace.chunk(400, 8)).toBe(1984)
})

test('what was read before an answer began is no wait of it', () => {
  const pace = measured(2, 0.5)
  pace.note(256, false, 128)
  expect(pace.chunk(1, 1)).toBe(128)
})

test('where no tile fits, one is read if it is faster by as much as it is too long, and at most twice as long', () => {
  expect(measured(2, 1.2).chunk(1, 1)).toBe(64)
  expect(measured(1.7, 1.2).chunk(1, 1)).toBe(29)
  expect(measured(9, 1.5).chunk(1, 1)).toBe(64)
  expect(measured(9, 5).chunk(1, 1)).toBe(16)
})

test('where nothing fits, the narrowest chunk is read, or a tile that takes less than twice as long', () => {
  expect(measured(100, 60).chunk(1, 1)).toBe(16)
  expect(measured(100, 40).chunk(1, 1)).toBe(64)
})

test('where no answer waits a step takes a second, or a tile', () => {
  expect(measured(9, 2).chunk(1, 0)).toBe(512)
  expect(measured(900, 500).chunk(1, 0)).toBe(64)
})

test('what a last tile took that was nearly empty does not count', () => {
  const pace = measured(2, 1.2)
  pace.note(70, false, 300)
  expect(pace.chunk(1, 1)).toBe(64)
})

test('it follows as reading becomes slower over a longer context', () => {
  const pace = measured(1, 0.5)
  for (let step = 0; step < 30; step++) pace.note(pace.chunk(1, 1), false, pace.chunk(1, 1) * 2)
  expect(pace.chunk(1, 1)).toBe(25)
})

test('what was never tried is tried, and what was slow once is tried again', () => {
  const pace = new ReadingPace(50)
  pace.note(16, false, 16)
  expect(pace.chunk(1, 1)).toBe(64)
  const slow = measured(100, 40)
  for (let step = 0; step < 15; step++) slow.note(64, false, 64)
  expect(slow.chunk(1, 1)).toBe(16)
  const held = measured(1.6, 9)
  for (let step = 0; step < 16; step++) held.note(31, false, 50)
  expect(held.chunk(1, 1)).toBe(64)
})

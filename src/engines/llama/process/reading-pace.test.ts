import { expect, test } from 'vitest'
import { ReadingPace, smallestChunk } from './reading-pace.ts'

test('it begins carefully', () => {
  expect(new ReadingPace(50).chunk(true)).toBe(32)
})

test('what is read beside answers fits into the patience, what answers take themselves not counted', () => {
  const pace = new ReadingPace(50)
  pace.note(0, true, 20)
  pace.note(32, true, 52)
  expect(pace.chunk(true)).toBe(50)
})

test('where no answer waits a step takes a second at most', () => {
  const pace = new ReadingPace(50)
  pace.note(32, false, 64)
  expect(pace.chunk(false)).toBe(500)
})

test('on a slow machine the smallest chunk is read all the same', () => {
  const pace = new ReadingPace(50)
  pace.note(32, false, 32_000)
  expect(pace.chunk(true)).toBe(smallestChunk)
})

test('it follows as reading becomes slower with what the cache holds', () => {
  const pace = new ReadingPace(50)
  pace.note(64, false, 64)
  for (let step = 0; step < 20; step++) pace.note(pace.chunk(true), true, pace.chunk(true) * 2)
  expect(pace.chunk(true)).toBe(25)
})

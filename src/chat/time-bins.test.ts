import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binOf, percentile, valueOf } from './time-bins.ts'

test('a bin is near whatever is in it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e9, noNaN: true }), (time) => {
      expect(Math.abs(valueOf(binOf(time)) / time - 1)).toBeLessThan(0.0906)
    }),
  )
  expect(binOf(0)).toBe(1)
  expect(binOf(-5)).toBe(1)
})

test('percentiles leave out what has no time', () => {
  const counts = new Map([
    [0, 500],
    [binOf(1000), 1],
    [binOf(100), 9],
    [binOf(10), 90],
  ])
  expect(percentile(counts, 0.5)).toBeCloseTo(10, -1)
  expect(percentile(counts, 0.99)).toBe(valueOf(binOf(100)))
  expect(percentile(counts, 1)).toBe(valueOf(binOf(1000)))
  expect(percentile(new Map([[0, 3]]), 0.5)).toBeNull()
})

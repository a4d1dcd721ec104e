import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planBatch } from './plan-batch.ts'

test('running answers feed all they have before any prompt is read', () => {
  expect(planBatch([1, 900, 1, 4], 256, 1000, 1)).toEqual([1, 250, 1, 4])
})

test('a prompt is given the chunk and no more', () => {
  expect(planBatch([1, 900], 256, 50, 1)).toEqual([1, 50])
})

test('a short prompt does not wait for a long one, whichever came first', () => {
  expect(planBatch([8000, 20], 256, 64, 0)).toEqual([44, 20])
  expect(planBatch([20, 8000], 256, 64, 0)).toEqual([20, 44])
})

test('of two prompts the one with less left is read first, and the one whose turn it is has half the chunk', () => {
  expect(planBatch([900, 300], 256, 64, 0)).toEqual([32, 32])
  expect(planBatch([300, 900], 256, 64, 0)).toEqual([64, 0])
  expect(planBatch([900, 300, 200], 256, 64, 0)).toEqual([32, 0, 32])
  expect(planBatch([900, 300, 200], 256, 64, 1)).toEqual([0, 32, 32])
})

test('a batch is never overfull, and never empty when something is pending', () => {
  const pending = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(pending, fc.integer({ min: 1, max: 300 }), fc.nat(300), (counts, chunk, first) => {
      const planned = planBatch(counts, 256, chunk, first)
      const total = planned.reduce((sum, count) => sum + count, 0)
      expect(total).toBeLessThanOrEqual(256)
      expect(total).toBeGreaterThan(0)
      for (const [index, count] of planned.entries()) expect(count).toBeLessThanOrEqual(counts[index] ?? 0)
    }),
  )
})

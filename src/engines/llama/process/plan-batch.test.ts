import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planBatch } from './plan-batch.ts'

test('running answers feed all they have before any prompt is read', () => {
  expect(planBatch([1, 900, 1, 4], 256, 0.1)).toEqual([1, 250, 1, 4])
})

test('a lone prompt fills the batch', () => {
  expect(planBatch([900], 256, 10)).toEqual([256])
})

test('the oldest prompt is read first', () => {
  expect(planBatch([200, 200], 256, 0)).toEqual([200, 56])
})

test('a slow model reads less of a prompt at once while answers are running', () => {
  expect(planBatch([1, 900], 256, 1)).toEqual([1, 50])
  expect(planBatch([1, 900], 256, 100)).toEqual([1, 32])
})

test('a batch is never overfull, and never empty when something is pending', () => {
  const pending = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(pending, fc.double({ min: 0, max: 50, noNaN: true }), (counts, ms) => {
      const planned = planBatch(counts, 256, ms)
      const total = planned.reduce((sum, count) => sum + count, 0)
      expect(total).toBeLessThanOrEqual(256)
      expect(total).toBeGreaterThan(0)
      for (const [index, count] of planned.entries()) expect(count).toBeLessThanOrEqual(counts[index] ?? 0)
    }),
  )
})

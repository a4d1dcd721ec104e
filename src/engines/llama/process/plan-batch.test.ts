import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planBatch } from './plan-batch.ts'

test('those that come first feed all they have, as far as there is room', () => {
  expect(planBatch([1, 4, 900, 30], 256, null)).toEqual([1, 4, 251, 0])
})

test('the one whose turn it is has half of the room, or what it needs', () => {
  expect(planBatch([20, 8000, 900], 64, 1)).toEqual([20, 44, 0])
  expect(planBatch([300, 900], 64, 1)).toEqual([32, 32])
  expect(planBatch([300, 5], 64, 1)).toEqual([59, 5])
  expect(planBatch([300, 900], 64, 0)).toEqual([64, 0])
})

test('a batch is never overfull, and never empty when something is pending', () => {
  const pending = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(pending, fc.integer({ min: 1, max: 256 }), fc.nat(299), (counts, room, turn) => {
      const planned = planBatch(counts, room, turn < counts.length ? turn : null)
      const total = planned.reduce((sum, count) => sum + count, 0)
      expect(total).toBe(
        Math.min(
          room,
          counts.reduce((sum, count) => sum + count, 0),
        ),
      )
      for (const [index, count] of planned.entries()) expect(count).toBeLessThanOrEqual(counts[index] ?? 0)
    }),
  )
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findLikeliest } from './find-likeliest.ts'

const logit = fc.oneof(fc.float({ min: -50, max: 50, noNaN: true }), fc.constantFrom(-Infinity, 0, 7))
const logits = fc
  .array(logit, { minLength: 1, maxLength: 60 })
  .filter((all) => all.some(Number.isFinite))
  .map((all) => Float32Array.from(all))

test('the probabilities of all tokens are one together, the likeliest come first', () => {
  fc.assert(
    fc.property(logits, fc.nat(), (all, place) => {
      const { chosen, top } = findLikeliest(all, place % all.length, all.length)
      expect(top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 6)
      expect(top.map(({ token }) => token).toSorted((a, b) => a - b)).toEqual([...all.keys()])
      expect(top.map(({ logprob }) => logprob)).toEqual(
        top.map(({ logprob }) => logprob).toSorted((a, b) => b - a),
      )
      expect(top).toContainEqual(chosen)
    }),
  )
})

test('as many as are asked for are the first of all', () => {
  fc.assert(
    fc.property(logits, fc.nat(20), (all, count) => {
      const every = findLikeliest(all, 0, all.length).top
      expect(findLikeliest(all, 0, count).top).toEqual(every.slice(0, count))
    }),
  )
})

test('large logits do not overflow', () => {
  const { chosen } = findLikeliest(Float32Array.of(1000, 1000), 1, 1)
  expect(chosen.logprob).toBeCloseTo(-Math.LN2, 6)
})

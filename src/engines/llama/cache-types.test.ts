import { expect, test } from 'vitest'
import { cacheTypes, untuned } from '../../chat/tuning.ts'
import { cellBytes, checkCache } from './cache-types.ts'

const file = { cell: { numbers: 1024, heads: [64, 64] } }
const odd = { cell: { numbers: 1024, heads: [64, 80] } }

test('a token takes what its numbers take, stored in blocks of 32 with their scales', () => {
  const bytes = cacheTypes.map((type) => cellBytes(file, type))
  expect(bytes).toEqual([4096, 2048, 2048, 1088, 768, 704, 640, 576, 576])
})

test('a cache that llama.cpp would refuse is refused with what to choose', () => {
  for (const cache of ['f32', 'f16', 'bf16'] as const)
    checkCache('m', odd, { ...untuned, cache, flashAttention: 'off' })
  for (const cache of cacheTypes) checkCache('m', file, { ...untuned, cache })
  expect(() => checkCache('m', file, { ...untuned, cache: 'q8_0', flashAttention: 'off' })).toThrow(
    'm cannot have a KV cache of q8_0: a quantised one needs flashAttention, which is off; take f16, bf16 or f32.',
  )
  expect(() => checkCache('m', odd, { ...untuned, cache: 'q4_0' })).toThrow(
    'm cannot have a KV cache of q4_0: its heads have 80 numbers, which is no multiple of the 32 that it stores together',
  )
})

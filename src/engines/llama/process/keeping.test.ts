import { expect, test } from 'vitest'
import { Keeping } from './keeping.ts'

const left = { slot: 0, tokens: [1, 2, 3, 4, 5, 6, 7, 8], fed: 8 }

function disappointed(): Keeping {
  const keeping = new Keeping(3200)
  for (let times = 0; times < 50; times++) keeping.givenUp(left)
  return keeping
}

test('at first all is kept until it has cost as much as reading it again', () => {
  expect(new Keeping(3200).tokens).toBe(3200)
})

test('where nothing is used again it is kept for a short time only', () => {
  expect(disappointed().tokens).toBe(100)
})

test('every use doubles the time, if it was of a good part', () => {
  const keeping = disappointed()
  keeping.used(left, 2)
  expect(keeping.tokens).toBe(200)
  keeping.used(left, 1)
  expect(keeping.tokens).toBe(200)
})

test('a prompt that would have used what was given up brings the whole time back', () => {
  const keeping = disappointed()
  keeping.asked([1, 2, 3, 9], 3)
  keeping.asked([9, 2, 3, 4], 0)
  expect(keeping.tokens).toBe(100)
  keeping.asked([1, 2, 3, 9], 2)
  expect(keeping.tokens).toBe(3200)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { guessNext, Guessing, newLuck } from './guesses.ts'
import { StepTimes } from './step-times.ts'

const count = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

test('what followed the last eight tokens before is guessed, as far as is asked for', () => {
  const tokens = [...count(0, 20), ...count(4, 12)]
  expect(guessNext(tokens, 5)).toEqual([12, 13, 14, 15, 16])
  expect(guessNext(tokens.slice(0, -1), 5)).toEqual([])
})

test('where they stood more than once, the last time counts', () => {
  expect(guessNext([...count(0, 8), 50, ...count(0, 8), 60, ...count(0, 8)], 1)).toEqual([60])
})

test('a guess is always a part of what was there, and never longer than asked for', () => {
  const tokens = fc.array(fc.nat(1), { maxLength: 60 })
  fc.assert(
    fc.property(tokens, fc.integer({ min: 1, max: 20 }), (all, most) => {
      const guess = guessNext(all, most)
      expect(guess.length).toBeLessThanOrEqual(most)
      const found = guess.length === 0 ? [] : [...all.slice(-8), ...guess]
      expect(all.join('')).toContain(found.join(''))
    }),
  )
})

test('nothing is guessed before a step without guesses was measured, or beside many others', () => {
  const times = new StepTimes()
  const guessing = new Guessing(times)
  expect(guessing.most(1)).toBe(0)
  times.note(1, 5)
  times.note(9, 5)
  expect(guessing.most(1)).toBe(15)
  expect(guessing.most(9)).toBe(0)
})

test('a sequence rests after each loss, longer and longer, until a guess pays', () => {
  const times = new StepTimes()
  times.note(1, 5)
  const guessing = new Guessing(times)
  const luck = newLuck()
  const step = { sequences: 1, guessed: 15, ms: 30 }
  guessing.judge(luck, step, { own: 15, right: 4, said: 100 })
  expect(luck.restsUntil).toBe(116)
  guessing.judge(luck, step, { own: 15, right: 4, said: 120 })
  expect(luck.restsUntil).toBe(152)
  guessing.judge(luck, step, { own: 15, right: 5, said: 160 })
  guessing.judge(luck, step, { own: 15, right: 0, said: 170 })
  expect(luck.restsUntil).toBe(186)
})

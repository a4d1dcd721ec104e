import { expect, test } from 'vitest'
import { Grouping, StepTimes } from './step-times.ts'

/** How many of so many steps were those of one answer, where steps of one and of `answers` take so long. */
function stepsApart(steps: number, answers: number, one: number, all: number): number {
  const times = new StepTimes()
  const grouping = new Grouping(times)
  let apart = 0
  for (let step = 0; step < steps; step++) {
    const isApart = grouping.isApart(answers)
    times.note(isApart ? 1 : answers, isApart ? one : all)
    if (isApart) apart += 1
  }
  return apart
}

test('answers are decoded apart where that is faster for each, but for a try now and then', () => {
  expect(stepsApart(640, 4, 5, 29)).toBe(640 - 1 - 9)
})

test('and together where that is faster', () => {
  expect(stepsApart(640, 4, 5, 15)).toBe(1 + 9)
})

test('one answer, and many, are never taken apart', () => {
  expect(stepsApart(640, 1, 5, 5)).toBe(0)
  expect(stepsApart(640, 9, 5, 500)).toBe(0)
})

test('a step that was held up says nothing, a time that has changed is noticed', () => {
  const times = new StepTimes()
  for (const ms of [5, 5, 90, 5]) times.note(2, ms)
  expect(times.of(2)).toBe(5)
  for (const ms of [8, 8, 8]) times.note(2, ms)
  expect(times.of(2)).toBe(8)
  expect(times.of(1)).toBeUndefined()
})

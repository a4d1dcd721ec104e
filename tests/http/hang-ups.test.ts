import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { callRound } from './callers.ts'

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica()
})
afterAll(() => silica.close())

test('200 requests at concurrency 16, a fifth hanging up: every other caller gets a whole answer, and the engine is free', async () => {
  const results = await callRound(silica, { seed: 20, requests: 200, callers: 16 })
  expect(results).toHaveLength(200)
  expect(results.filter((result) => result !== 'whole' && result !== 'left')).toEqual([])
  expect(results.filter((result) => result === 'whole').length).toBeGreaterThanOrEqual(150)
  await silica.idle()
})

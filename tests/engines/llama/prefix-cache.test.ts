import { fork } from 'node:child_process'
import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { aTask } from './a-task.ts'
import type { Act, Report } from './exactness-process.ts'
import { writeTinyModel } from './tiny-engine.ts'

// llama.cpp rounds up to 256.
const cells = 256
const player = fork(new URL('exactness-process.ts', import.meta.url), [writeTinyModel(), String(cells)], {
  execArgv: [],
  serialization: 'advanced',
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
})
afterAll(() => player.disconnect())

const gone = once(player, 'exit').then(() => Promise.reject(new Error('the process of the model is gone')))
gone.catch(() => {})

async function play(history: readonly Act[]): Promise<Report> {
  const answered = once(player, 'message')
  player.send(history)
  const [report] = await Promise.race([answered, gone])
  return report
}

function asks(prompt: string, changed: object = {}): Act {
  return { act: 'start', task: { ...aTask, prompt: [prompt], ...changed } }
}

// Characters that are one token each.
const prompts = fc
  .array(fc.constantFrom('A', 'B', 'C'.repeat(60), 'D'.repeat(120)), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
const acts: fc.Arbitrary<Act> = fc.oneof(
  fc
    .record({
      prompt: prompts,
      choices: fc.integer({ min: 1, max: 5 }),
      answerLimit: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ prompt, ...changed }) => asks(prompt, changed)),
  fc.record({ act: fc.constant('abort' as const), id: fc.nat(12) }),
  fc.record({ act: fc.constant('step' as const), times: fc.integer({ min: 1, max: 8 }) }),
)

test('the logits of every token are those of an empty cache, whatever was shared, kept, given up or aborted', async () => {
  let tokens = 0
  const property = fc.asyncProperty(fc.array(acts, { minLength: 8, maxLength: 16 }), async (history) => {
    const report = await play(history)
    tokens += report.tokens
    // Batches of other shapes differ in the last digits; a cell that does not belong there makes a difference of about 1.
    expect(report.worst).toBeLessThan(0.1)
  })
  await fc.assert(property, { numRuns: 30, endOnFailure: true })
  expect(tokens).toBeGreaterThan(1000)
})

test('a prompt that needs all cells gets them, whatever was kept', async () => {
  for (const letter of ['X', 'Y', 'Z'])
    expect((await play([asks(letter.repeat(cells - 1))])).cached).toEqual([0])
})

test('what a request is told of the cache is what another one has left', async () => {
  const step: Act = { act: 'step', times: 100 }
  const shared = 'S'.repeat(100)
  const report = await play([asks(`${shared}one`), step, asks(`${shared}two`), step, asks(`${shared}two`)])
  expect(report.cached).toEqual([0, 100, 102])
})

test('what had to give its cells to others is put back, and the logits after it are the same', async () => {
  const step: Act = { act: 'step', times: 300 }
  const prompts = ['K', 'L', 'K'].map((letter) => letter.repeat(240))
  const report = await play(prompts.flatMap((prompt) => [asks(prompt, { answerLimit: 10 }), step]))
  expect(report.cached).toEqual([0, 0, 239])
  expect(report.worst).toBeLessThan(0.1)
})

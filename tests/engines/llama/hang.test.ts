import { untuned } from '../../../src/chat/tuning.ts'
import { afterAll, expect, test } from 'vitest'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { Failure } from '../../../src/chat/failure.ts'
import type { EngineLogLine } from '../../../src/engines/llama/model-process.ts'
import { ModelProcess } from '../../../src/engines/llama/model-process.ts'
import { startProcess } from '../../../src/engines/llama/process-handle.ts'
import { aTask } from './a-task.ts'
import { writeTinyModel } from './tiny-engine.ts'

const log: EngineLogLine[] = []
const timers = new Map<() => void, number>()
const model = new ModelProcess({
  name: 'test/tiny',
  load: {
    file: writeTinyModel(),
    contextLength: 512,
    sequences: 4,
    cells: 512,
    shelfBytes: 0,
    threads: 1,
    ...untuned,
  },
  queue: 0,
  longestWait: 60_000,
  longestSilence: 120_000,
  log: (line) => log.push(line),
  start: startProcess,
  now: () => 0,
  after(ms, run) {
    timers.set(run, ms)
    return () => timers.delete(run)
  },
})
afterAll(() => model.close())

/** Runs what was to be run after so many milliseconds. */
function pass(wanted: number): void {
  for (const [run, ms] of Array.from(timers)) if (ms === wanted && timers.delete(run)) run()
}

/** Asks, calls `onFirst` with the first event, and resolves with how it ended. */
function ask(answerLimit: number, onFirst: () => void): Promise<'end' | Failure['kind']> {
  const { promise, resolve } = Promise.withResolvers<'end' | Failure['kind']>()
  let events: ChatEvent[] = []
  model.ask(
    { ...aTask, answerLimit },
    {
      event(event) {
        events = [...events, event]
        if (events.length === 1) onFirst()
      },
      end: () => resolve('end'),
      fail: (failure) => resolve(failure.kind),
    },
  )
  return promise
}

test('a process that is alive and does not answer is replaced by one that does', async () => {
  const ended = await ask(400, () => {
    const started = log.findLast((line) => line.event === 'started')
    if (started?.event === 'started') process.kill(started.pid, 'SIGSTOP')
    for (let quarter = 0; quarter < 4; quarter++) pass(30_000)
  })
  expect(ended).toBe('engine-lost')
  expect(log.at(-1)).toMatchObject({ event: 'restarting' })
  const next = ask(5, () => {})
  pass(100)
  expect(await next).toBe('end')
})

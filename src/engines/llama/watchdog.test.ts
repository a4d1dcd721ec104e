import { expect, test } from 'vitest'
import { Watchdog } from './watchdog.ts'

/** A watchdog for 100 ms of silence whose ticks are made by hand. */
function watch() {
  let pending: (() => void) | null = null
  const seen = { alarms: 0, isWorking: true }
  const watchdog = new Watchdog({
    silence: 100,
    isWorking: () => seen.isWorking,
    after(ms, run) {
      expect(ms).toBe(25)
      pending = run
      return () => (pending = null)
    },
    alarm: () => (seen.alarms += 1),
  })
  const tick = (times: number): void => {
    for (let time = 0; time < times; time++) {
      const run = pending
      pending = null
      run?.()
    }
  }
  return { watchdog, tick, seen, isWatching: () => pending !== null }
}

test('it alarms once when nothing is heard for so long', () => {
  const { watchdog, tick, seen } = watch()
  watchdog.start()
  tick(3)
  expect(seen.alarms).toBe(0)
  tick(5)
  expect(seen.alarms).toBe(1)
})

test('what is heard starts the silence anew', () => {
  const { watchdog, tick, seen } = watch()
  watchdog.start()
  tick(3)
  watchdog.heard()
  tick(3)
  expect(seen.alarms).toBe(0)
})

test('it sleeps while there is no work, and goes on counting where it stopped', () => {
  const { watchdog, tick, seen, isWatching } = watch()
  watchdog.start()
  tick(2)
  seen.isWorking = false
  tick(1)
  expect(isWatching()).toBe(false)
  seen.isWorking = true
  watchdog.start()
  tick(2)
  expect(seen.alarms).toBe(1)
})

test('stopped, it forgets', () => {
  const { watchdog, tick, seen } = watch()
  watchdog.start()
  tick(3)
  watchdog.stop()
  watchdog.start()
  tick(3)
  expect(seen.alarms).toBe(0)
})

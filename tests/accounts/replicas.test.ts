import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { limits, type LetIn } from './faster-time.ts'
import { haveRedis, startRedis } from './redis-server.ts'

const minute = 60_000

/** What was certainly let in within the fullest window: of those at its edges nobody knows. */
function fullest(all: readonly LetIn[], length: number) {
  const windows = all.map(({ sent }) =>
    all.filter((other) => other.sent >= sent && other.answered <= sent + length),
  )
  const most = (of: (window: readonly LetIn[]) => number) => Math.max(0, ...windows.map(of))
  return {
    requests: most((window) => window.length),
    tokens: most((window) => window.reduce((sum, { tokens }) => sum + tokens, 0)),
  }
}

describe.skipIf(!haveRedis)('three processes over one Redis', () => {
  test('L10: let in no more than the limit in any window, while they and Redis are killed, stopped and started', async () => {
    const server = await startRedis()
    const replicas: ChildProcess[] = []
    const all: LetIn[] = []
    const start = (seed: number) => {
      const replica = spawn('node', ['tests/accounts/replica.ts', server.url, String(seed)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      replicas.push(replica)
      if (replica.stdout !== null)
        createInterface(replica.stdout).on('line', (line) => all.push(JSON.parse(line)))
    }
    try {
      /** Until more than a window's worth was let in. */
      const goOn = async () => {
        const before = all.length
        while (all.length < before + 50) await sleep(10)
      }
      for (const seed of [11, 222, 3333]) start(seed)
      await goOn()
      replicas[0]?.kill('SIGKILL')
      start(44_444)
      await goOn()
      server.pause()
      await sleep(400)
      server.resume()
      await goOn()
      for (let times = 0; times < 3; times++) {
        await server.kill()
        await sleep(200)
        await server.start()
        await goOn()
      }
      const { requests, tokens } = fullest(all, minute * 0.998)
      expect(requests).toBeLessThanOrEqual(limits[0]?.most ?? 0)
      expect(tokens).toBeLessThanOrEqual(limits[1]?.most ?? 0)
    } finally {
      for (const replica of replicas) {
        if (replica.kill('SIGKILL')) await once(replica, 'exit')
      }
      await server.close()
    }
  })
})

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HubServer, openHub } from '../hub/hub-server.ts'
import { createHome } from './command.ts'

const nano = readFileSync(resolve(import.meta.dirname, '../../models/nano/silica-nano.gguf'))
const home = createHome()
let hub: HubServer
let data = ''
beforeAll(async () => {
  hub = await openHub({
    files: { 'nano-F16.gguf': nano, 'broken.gguf': nano.subarray(0, 500_000) },
    token: '',
  })
  data = mkdtempSync(join(tmpdir(), 'silica-pull-'))
})
afterAll(async () => {
  await hub.close()
  rmSync(data, { recursive: true })
  await home.remove()
})

const silica = (...line: readonly string[]) => home.run([...line, '--data', data])
const pull = (...line: readonly string[]) => silica('pull', ...line, '--hub', hub.url)

test('a pulled model is in the catalogue, answers, and can be removed', async () => {
  hub.fail({ kind: 'cut', after: 1_000_000 })
  const pulled = await pull('owner/name:F16', '--as', 'mine/nano')
  expect(pulled.stdout).toMatch(/^mine\/nano is in the catalogue: .*nano-F16\.gguf\n$/)
  expect(pulled.code).toBe(0)
  expect((await silica('models')).stdout).toMatch(/^mine\/nano +4096/m)
  const asked = await silica('chat', 'What is the capital of France?', '--model', 'mine/nano')
  expect(asked.stdout).toContain('Paris')
  expect((await pull('owner/name:F16', '--as', 'mine/nano')).stdout).toContain('is here already')
  const removed = await silica('remove', 'mine/nano')
  expect(removed.stdout).toMatch(/^mine\/nano is gone/)
  expect(existsSync(join(data, 'models/owner/name/nano-F16.gguf'))).toBe(false)
  expect((await silica('models')).stdout).not.toContain('mine/nano')
  expect((await silica('remove', 'mine/nano')).code).toBe(1)
})

test('a file that is no model is not kept, and says why', async () => {
  const { code, stderr } = await pull('owner/name:broken')
  expect(code).toBe(1)
  expect(stderr).toMatch(/broken\.gguf cannot be used: it is cut short/)
  expect(existsSync(join(data, 'models/owner/name/broken.gguf'))).toBe(false)
  expect((await silica('models')).code).toBe(0)
})

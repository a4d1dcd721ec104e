import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../../silica.ts'

// OpenCode, without its screen, for one turn over a real port, against the bundled model. It is large, and installed by
// `.ci/run` alone, which says where.

const command = process.env['SILICA_TEST_OPENCODE'] ?? ''
if (command === '') console.warn('OpenCode is not tested: SILICA_TEST_OPENCODE names no command.')

const home = mkdtempSync(join(tmpdir(), 'silica-'))
let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica()
  writeFileSync(join(home, 'opencode.json'), JSON.stringify(config(silica)))
})
afterAll(async () => {
  await silica.close()
  rmSync(home, { recursive: true, force: true })
})

/** A line of what it prints. */
interface Event {
  readonly type: string
  readonly part: { readonly text?: string; readonly reason?: string }
}

/** Its own instructions and tools fill more than the bundled model's window, so that this agent has others. */
function config({ url, key }: TestSilica): object {
  return {
    provider: {
      silica: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Silica',
        options: { baseURL: `${url}/v1`, apiKey: key },
        models: { 'silica/nano': { name: 'nano', limit: { context: 8192, output: 2048 } } },
      },
    },
    model: 'silica/silica/nano',
    small_model: 'silica/silica/nano',
    agent: {
      plain: {
        mode: 'primary',
        prompt: 'You are a helpful assistant.',
        temperature: 0,
        tools: { '*': false },
      },
    },
    share: 'disabled',
    autoupdate: false,
  }
}

test.skipIf(command === '')(
  'a turn is answered',
  async () => {
    const asked = [
      'run',
      '--agent',
      'plain',
      '--format',
      'json',
      '--title',
      'France',
      'What is the capital of France?',
    ]
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    }
    const running = promisify(execFile)(command, asked, { cwd: home, env, timeout: 300_000 })
    // It would wait for more of the question.
    running.child.stdin?.end()
    const { stdout } = await running
    const events = stdout
      .trim()
      .split('\n')
      .map((line): Event => JSON.parse(line))
    expect(events.find(({ type }) => type === 'text')?.part.text).toMatch(/\w/)
    expect(events.at(-1)).toMatchObject({
      type: 'step_finish',
      part: { reason: expect.stringMatching(/^(stop|length)$/) },
    })
  },
  360_000,
)

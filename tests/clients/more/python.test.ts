import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestSilica, type TestSilica } from '../../silica.ts'
import { embedderModels } from './embedder.ts'

// The `openai` package for Python, over a real port, against the bundled model. `.ci/run` makes an environment for it.

const python = process.env['SILICA_TEST_PYTHON'] ?? ''
if (python === '')
  console.warn('The openai package for Python is not tested: SILICA_TEST_PYTHON names no interpreter.')

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica({ models: embedderModels() })
})
afterAll(() => silica.close())

test.skipIf(python === '')('chat, streams, tools, texts, embeddings and errors', async () => {
  const env = { PATH: process.env['PATH'], OPENAI_BASE_URL: `${silica.url}/v1`, OPENAI_API_KEY: silica.key }
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, 'client.py')], { env })
  expect(stdout).toContain('all well')
})

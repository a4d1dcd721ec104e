import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { tinyModel, writeRandomEncoder } from '../../models/random-model.ts'

/** The id of a tiny model with random weights that makes embeddings of 64 numbers. */
export const embedder = 'test/embedder'

/** As a setting of the server. The file goes with the tests that ask for it. */
export function embedderModels() {
  const folder = mkdtempSync(join(tmpdir(), 'silica-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'embedder.gguf')
  writeRandomEncoder(file, tinyModel)
  return [{ kind: 'gguf', name: embedder, file }] as const
}

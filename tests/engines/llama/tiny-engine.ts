import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { untuned } from '../../../src/chat/tuning.ts'
import type { LlamaOptions } from '../../../src/engines/llama/llama-engine.ts'
import { readModelFile } from '../../../src/engines/llama/model-file.ts'
import { tinyModel, writeRandomModel } from '../../models/random-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'silica-'))
afterAll(() => rmSync(folder, { recursive: true }))
let written = 0

/** Writes the tiny random model to a file of its own, which goes with the tests that import this. */
export function writeTinyModel(format = tinyModel.format): string {
  const path = join(folder, `tiny-${written++}.gguf`)
  writeRandomModel(path, { ...tinyModel, format })
  return path
}

/** Options of an engine over the model at `file`. One thread: tests share their cores with others. */
export function tinyOptions(file: string, changed: Partial<LlamaOptions> = {}): LlamaOptions {
  return {
    name: 'test/tiny',
    file,
    template: readModelFile(file).template,
    contextLength: tinyModel.contextLength,
    sequences: 8,
    threads: 1,
    queue: 32,
    log: () => {},
    ...untuned,
    ...changed,
  }
}

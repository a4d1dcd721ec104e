import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tinyModel, writeRandomModel } from '../../../tests/models/random-model.ts'
import { planMemory } from './memory-plan.ts'
import { readModelFile } from './model-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'silica-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tuning = { contextLength: 512, sequences: 4, cache: 'f16', promptMemory: 'auto' } as const

function fileOf(architecture: string) {
  const path = join(folder, `${architecture}.gguf`)
  writeRandomModel(path, tinyModel)
  return { ...readModelFile(path), architecture }
}

test('earlier prompts take as much as the KV cache, or what was asked for', () => {
  const file = fileOf('qwen3')
  expect(planMemory(file, tuning).shelf).toBe(planMemory(file, tuning).cache)
  expect(planMemory(file, { ...tuning, promptMemory: 3 }).shelf).toBe(3e9)
})

test('they take nothing where they cannot be kept: of a recurrent state, or where every slot may run', () => {
  for (const architecture of ['mamba', 'qwen3next', 'lfm2', 'rwkv7'])
    expect(planMemory(fileOf(architecture), { ...tuning, promptMemory: 3 }).shelf).toBe(0)
  const file = fileOf('qwen3')
  expect(planMemory(file, { ...tuning, sequences: 256, promptMemory: 3 }).shelf).toBe(0)
  expect(planMemory(file, { ...tuning, sequences: 255, promptMemory: 3 }).shelf).toBe(3e9)
})

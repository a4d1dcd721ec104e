import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GgufEntry } from '../../../tests/models/gguf-writer.ts'
import { specialTokens, tinyModel, writeRandomModel } from '../../../tests/models/random-model.ts'
import { Failure } from '../../chat/failure.ts'
import { readModelFile } from './model-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'silica-'))
const whole = join(folder, 'whole.gguf')
const broken = join(folder, 'broken.gguf')
let bytes = Buffer.alloc(0)

beforeAll(() => {
  writeRandomModel(whole, tinyModel)
  bytes = readFileSync(whole)
})

afterAll(() => rmSync(folder, { recursive: true }))

/** What reading says of the file with these entries changed. */
function refusalWith(extra: Record<string, GgufEntry>): string {
  writeRandomModel(broken, tinyModel, extra)
  return refusal()
}

function refusal(): string {
  try {
    readModelFile(broken)
    return 'none'
  } catch (error) {
    return error instanceof Failure ? error.message.replace(broken, 'X') : `a defect: ${String(error)}`
  }
}

test('a model file tells of itself without its weights being read', () => {
  expect(readModelFile(whole)).toMatchObject({
    architecture: 'qwen3',
    name: 'Random',
    contextLength: 512,
    layers: 2,
    sizeBytes: bytes.length,
    cell: { numbers: 2 * 64, heads: [32, 32] },
    specials: specialTokens,
    bos: '',
    eos: '<|im_end|>',
  })
  expect(readModelFile(whole).template).toContain('<|im_start|>')
})

test('a file that is none, or no model, is refused with the reason', () => {
  expect(() => readModelFile(join(folder, 'missing'))).toThrow('ENOENT')
  writeFileSync(broken, 'hello, this is text')
  expect(refusal()).toBe('Model file X cannot be used: it is not a GGUF file (wrong magic number).')
  writeFileSync(broken, '')
  expect(refusal()).toBe('Model file X cannot be used: the file ends inside its header.')
  writeFileSync(broken, Buffer.concat([Buffer.from('GGUF'), Buffer.from([9, 0, 0, 0])]))
  expect(refusal()).toBe('Model file X cannot be used: GGUF version 9 is not supported.')
})

test('a download that broke off is recognised by its last tensor', () => {
  writeFileSync(broken, bytes)
  truncateSync(broken, bytes.length - 5000)
  expect(refusal()).toMatch(/it is cut short: tensor \S+ ends at byte \d+ of \d+/)
})

test('numbers on which llama.cpp would abort are refused', () => {
  const zero: GgufEntry = { type: 'u32', value: 0 }
  for (const key of ['attention.head_count', 'attention.head_count_kv', 'block_count'])
    expect(refusalWith({ [`qwen3.${key}`]: zero })).toBe(`Model file X cannot be used: its ${key} is 0.`)
  expect(refusalWith({ 'qwen3.block_count': { type: 'u32', value: 2 ** 31 } })).toContain('block_count')
  expect(refusalWith({ 'qwen3.block_count': { type: 'string', value: 'many' } })).toContain(
    'block_count is many',
  )
})

test('a file without a vocabulary or an architecture is refused', () => {
  expect(refusalWith({ 'tokenizer.ggml.tokens': { type: 'bool', value: true } })).toContain('no vocabulary')
  expect(refusalWith({ 'general.architecture': { type: 'string', value: '' } })).toContain('architecture')
})

test('absurd counts are refused before anything is allocated for them', () => {
  for (const at of [8, 16]) {
    const changed = Buffer.from(bytes)
    changed.writeBigUInt64LE(2n ** 40n, at)
    writeFileSync(broken, changed)
    expect(refusal()).toContain('announces 1099511627776 entries')
    changed.writeBigUInt64LE(2n ** 63n, at)
    writeFileSync(broken, changed)
    expect(refusal()).toContain('absurd number')
  }
})

test('a file cut anywhere, or with any byte changed, is read or refused, never worse', () => {
  const headerEnd = 12_000
  fc.assert(
    fc.property(fc.nat(headerEnd), fc.nat(255), fc.boolean(), (at, value, cuts) => {
      const changed = Buffer.from(cuts ? bytes.subarray(0, at) : bytes)
      if (!cuts) changed[at] = value
      writeFileSync(broken, changed)
      expect(refusal()).toMatch(/^none$|^Model file X cannot be used: /)
    }),
    { numRuns: 200 },
  )
})

import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { bundledEmbedders, bundledModels } from './bundled.ts'

const src = resolve(import.meta.dirname, '../../src')

test('nothing about a model is code: no id of the catalogue stands in src', () => {
  const files = globSync('**/*.ts', { cwd: src }).filter((file) => !file.endsWith('.test.ts'))
  expect(files.length).toBeGreaterThan(50)
  const found = files.flatMap((file) => {
    const text = readFileSync(resolve(src, file), 'utf8')
    return [...bundledModels, ...bundledEmbedders]
      .filter(({ id }) => text.includes(id))
      .map(({ id }) => `${file}: ${id}`)
  })
  expect(found).toEqual([])
})

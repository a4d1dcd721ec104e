import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { modelsPage } from './models-page.ts'

test('docs/models.md says what the rows say: `npm run docs` writes it', () => {
  expect(readFileSync(new URL('../docs/models.md', import.meta.url), 'utf8')).toBe(modelsPage())
})

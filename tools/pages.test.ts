import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { differencesPage } from './differences-page.ts'
import { modelsPage } from './models-page.ts'

test.each([
  ['models', modelsPage()],
  ['differences', differencesPage()],
])('docs/%s.md says what the code and its data say: `npm run docs` writes it', (name, page) => {
  expect(readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8')).toBe(page)
})

// `npm run docs`: writes the pages that are made from the code and its data.
import { writeFileSync } from 'node:fs'
import { differencesPage } from './differences-page.ts'
import { modelsPage } from './models-page.ts'

writeFileSync(new URL('../docs/models.md', import.meta.url), modelsPage())
writeFileSync(new URL('../docs/differences.md', import.meta.url), differencesPage())

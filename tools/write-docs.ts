// `npm run docs`: writes the pages that are made from the code and its data.
import { writeFileSync } from 'node:fs'
import { modelsPage } from './models-page.ts'

writeFileSync(new URL('../docs/models.md', import.meta.url), modelsPage())

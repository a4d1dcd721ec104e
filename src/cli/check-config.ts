import { readCatalogue, readKey } from '../models.ts'
import type { Settings } from '../settings.ts'

/**
 * Prints what the settings and the rows come to. Throws what is wrong with them, by file, line and column where it
 * stands in one; asks no server and loads no model.
 */
export function checkConfig(settings: Settings): void {
  const rows = readCatalogue(settings)
  for (const { model, engine } of rows) {
    const parts = engine.kind === 'pool' ? engine.replicas : [engine]
    for (const part of parts) if (part.kind === 'upstream') readKey(model.id, part.key, settings.environment)
  }
  const run = rows.filter(({ engine }) => engine.kind !== 'none')
  console.log(`fine: ${run.length} models to run, ${rows.length} in the catalogue`)
}

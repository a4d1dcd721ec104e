import { statSync } from 'node:fs'
import { readCatalogue } from '../main.ts'
import type { Settings } from '../settings.ts'
import { table } from './terminal.ts'

/** Prints the models that `serve` would serve. */
export function printModels(settings: Settings): void {
  const rows = readCatalogue(settings).map(({ model, engine }) => [
    model.id,
    String(model.contextLength),
    thinkingWord[model.thinking.kind],
    model.calls === 'never' ? 'no' : 'yes',
    model.json ? 'yes' : 'no',
    sizeOf(engine.file),
    engine.file,
  ])
  console.log(table([['MODEL', 'CONTEXT', 'THINKING', 'TOOLS', 'JSON', 'SIZE', 'FILE'], ...rows]))
}

const thinkingWord = { never: 'no', always: 'always', switch: 'yes' } as const

function sizeOf(file: string): string {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size
  if (bytes === undefined) return 'missing'
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

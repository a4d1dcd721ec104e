import { statSync } from 'node:fs'
import type { Binding, Replica, Row } from '../catalogue/row.ts'
import { readCatalogue } from '../models.ts'
import type { Settings } from '../settings.ts'
import { abilitiesOf, abilityNames } from './abilities.ts'
import { table } from './terminal.ts'

/** Prints the models that `serve` would serve; when `verbose`, all that the catalogue knows, with what they can do. */
export function printModels(settings: Settings, verbose: boolean): void {
  const rows = readCatalogue(settings)
  if (verbose) {
    console.log(
      table([['MODEL', ...abilityNames.map((name) => name.toUpperCase()), 'ENGINE'], ...rows.map(inFull)]),
    )
    return
  }
  const run = rows.filter(({ engine }) => engine.kind !== 'none')
  console.log(table([['MODEL', 'CONTEXT', 'THINKING', 'TOOLS', 'JSON', 'SIZE', 'FILE'], ...run.map(inShort)]))
  const others = rows.length - run.length
  if (others > 0)
    console.log(`\n${others} more are in the catalogue without an engine: silica models --verbose`)
}

function inShort({ model, engine }: Row): readonly string[] {
  const { context, thinking, tools, json } = abilitiesOf(model)
  return [
    model.id,
    context,
    thinking,
    tools,
    json,
    ...(engine.kind === 'llama' ? [sizeOf(engine.file), engine.file] : ['', engineOf(engine, '')]),
  ]
}

function inFull({ model, engine }: Row): readonly string[] {
  return [model.id, ...Object.values(abilitiesOf(model)), engineOf(engine, model.standIn)]
}

function engineOf(engine: Binding | Replica, standIn: string): string {
  if (engine.kind === 'pool') return engine.replicas.map((one) => engineOf(one, '')).join(', ')
  if (engine.kind === 'llama') return `${engine.file} (${sizeOf(engine.file)})`
  if (engine.kind === 'upstream') return `${engine.server} at ${engine.url}`
  return standIn === '' ? 'none' : `${standIn} stands in`
}

function sizeOf(file: string): string {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size
  if (bytes === undefined) return 'missing'
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

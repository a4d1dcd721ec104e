import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Failure } from '../chat/failure.ts'

/** A model that was pulled: what it is called, and where it lies and came from. */
export interface Pulled {
  readonly id: string
  /** Within the list's folder. */
  readonly file: string
  readonly source: string
  readonly revision: string
  readonly sha256: string
}

const list = Type.Array(
  Type.Object({
    id: Type.String(),
    file: Type.String(),
    source: Type.String(),
    revision: Type.String(),
    sha256: Type.String(),
  }),
)

/** The models in the list at `path`, none where there is no list, with absolute files. */
export function readPulled(path: string): readonly Pulled[] {
  return readList(path).map((one) => ({ ...one, file: resolve(dirname(path), one.file) }))
}

/** Puts a model on the list, in place of another of the same id. Whoever reads it sees the old list or the new one. */
export function addPulled(path: string, model: Pulled): void {
  writeList(path, [...readList(path).filter(({ id }) => id !== model.id), model])
}

/** Takes a model off the list. Gives its absolute file, or null where it was not on it. */
export function removePulled(path: string, id: string): string | null {
  const models = readList(path)
  const found = models.find((one) => one.id === id)
  if (found === undefined) return null
  writeList(
    path,
    models.filter((one) => one !== found),
  )
  return resolve(dirname(path), found.file)
}

function readList(path: string): readonly Pulled[] {
  let text = '[]'
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const value: unknown = JSON.parse(text)
  if (Value.Check(list, value)) return value
  throw new Failure('internal', `${path} is not a list of pulled models.`)
}

function writeList(path: string, models: readonly Pulled[]): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(models, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

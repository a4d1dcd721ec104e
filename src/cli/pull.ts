import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Failure } from '../chat/failure.ts'
import { showBytes } from '../chat/show-bytes.ts'
import { chooseFile, readReference } from '../hub/choose-file.ts'
import { download } from '../hub/download.ts'
import { authorization, type Hub, listFiles, urlOf } from '../hub/hub.ts'
import { addPulled, readPulled, removePulled } from '../hub/pulled.ts'
import { readCatalogue } from '../models.ts'
import { pulledList, type Settings } from '../settings.ts'

export interface PullOptions {
  /** `owner/name:file.gguf`. */
  readonly reference: string
  /** What to call the model; empty for the repository's name. */
  readonly as: string
  /** Empty for the hub's main one. */
  readonly revision: string
  readonly hub: Hub
}

/** Fetches a model and puts it into the catalogue. A server over the same data serves it within a second. */
export async function pull(settings: Settings, options: PullOptions): Promise<void> {
  const stopped = new AbortController()
  process.once('SIGINT', () => stopped.abort(new Failure('internal', 'Stopped; run it again to go on.')))
  const { hub } = options
  const reference = readReference(options.reference)
  const { repository } = reference
  const revision = options.revision || (hub.layout === 'huggingface' ? 'main' : 'master')
  const chosen = chooseFile(await listFiles(hub, repository, revision, stopped.signal), reference)
  const list = pulledList(settings)
  const id = options.as || repository
  const file = join(repository, chosen.path)
  const known = readPulled(list).find((one) => one.id === id)
  if (known?.sha256 === chosen.sha256) {
    console.log(`${id} is here already: ${known.file}`)
    return
  }
  const path = join(dirname(list), file)
  console.error(`${repository}:${chosen.path}, ${showBytes(chosen.bytes)}, from ${hub.url}`)
  await download(
    {
      url: urlOf(hub, repository, revision, chosen.path),
      headers: authorization(hub),
      file: path,
      bytes: chosen.bytes,
      sha256: chosen.sha256,
    },
    {
      signal: stopped.signal,
      progress: progressOn(process.stderr, chosen.bytes),
      wait: (ms) => setTimeout(ms, undefined, { signal: stopped.signal }).catch(() => {}),
      patience: 60_000,
    },
  )
  keep(settings, { id, file, source: `${hub.url}/${repository}`, revision, sha256: chosen.sha256 })
  console.log(`${id} is in the catalogue: ${path}`)
}

/** Lists the model, unless the catalogue with it would be wrong: then the file goes again. */
function keep(settings: Settings, model: Parameters<typeof addPulled>[1]): void {
  const list = pulledList(settings)
  mkdirSync(dirname(list), { recursive: true })
  addPulled(list, model)
  try {
    readCatalogue(settings)
  } catch (error) {
    const file = removePulled(list, model.id)
    if (file !== null) rmSync(file)
    throw error
  }
}

/** Forgets a pulled model and deletes its file. Resolves with the exit code. */
export function remove(settings: Settings, id: string): number {
  const list = pulledList(settings)
  const file = removePulled(list, id)
  if (file === null) {
    console.error(
      `silica: '${id}' was not pulled. Those that were: ${
        readPulled(list)
          .map((one) => one.id)
          .join(', ') || 'none'
      }.`,
    )
    return 1
  }
  if (!readPulled(list).some((one) => one.file === file)) rmSync(file, { force: true })
  console.log(`${id} is gone: ${file}`)
  return 0
}

/** A line that tells of the progress: drawn anew on a terminal, written at every tenth elsewhere. */
function progressOn(out: NodeJS.WriteStream, total: number): (step: string, bytes: number) => void {
  const began = performance.now()
  let told = ''
  let first = -1
  return (step, bytes) => {
    if (first < 0) first = bytes
    const part = total === 0 ? 1 : bytes / total
    const seconds = (performance.now() - began) / 1000
    const pace = step === 'loading' ? `  ${showBytes((bytes - first) / Math.max(seconds, 0.1))}/s` : ''
    const percent = Math.floor(part * 100)
    const now = out.isTTY ? `${step} ${percent}` : `${step} ${Math.floor(percent / 10)}`
    if (now === told) return
    told = now
    if (!out.isTTY) {
      out.write(`${step} ${percent} %\n`)
      return
    }
    const bar = '#'.repeat(Math.round(part * 30)).padEnd(30, '.')
    out.write(`\r\u001b[2K${step} [${bar}] ${percent} %  ${showBytes(bytes)}${pace}${part >= 1 ? '\n' : ''}`)
  }
}

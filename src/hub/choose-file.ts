import { Failure } from '../chat/failure.ts'
import { showBytes } from '../chat/show-bytes.ts'
import type { HubFile } from './hub.ts'

/** What is asked for: `owner/name`, `owner/name:file.gguf`, or `owner/name:Q4_K_M`, a part of the file's name. */
export interface Reference {
  readonly repository: string
  /** Empty for whichever there is. */
  readonly file: string
}

export function readReference(text: string): Reference {
  const { repository, file } = /^(?<repository>[\w.-]+\/[\w.-]+)(:(?<file>[^:]+))?$/.exec(text)?.groups ?? {}
  if (repository !== undefined) return { repository, file: file ?? '' }
  throw new Failure(
    'invalid-request',
    `'${text}' is no model: write owner/name:file.gguf or owner/name:Q4_K_M.`,
  )
}

/** The one file that is meant. Throws `invalid-request` with what there is to choose from. */
export function chooseFile(files: readonly HubFile[], { repository, file }: Reference): HubFile {
  const whole = files.filter(({ path }) => !/-\d{5}-of-\d{5}\.gguf$/.test(path))
  const exact = whole.find(({ path }) => path === file)
  if (exact) return exact
  const meant = whole.filter(({ path }) => path.toLowerCase().includes(file.toLowerCase()))
  const [one, ...others] = meant
  if (one && others.length === 0) return one
  if (files.length === 0) throw new Failure('invalid-request', `${repository} has no GGUF file.`)
  const choices = (one ? meant : whole).map(
    ({ path, bytes }) => `\n  ${repository}:${path}  ${showBytes(bytes)}`,
  )
  const parts = files.length > whole.length ? '\nFiles in several parts are not supported.' : ''
  const which = one ? 'Several files are meant' : `${repository} has no file '${file}'`
  throw new Failure('invalid-request', `${which}; choose one:${choices.join('')}${parts}`)
}

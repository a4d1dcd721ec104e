import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { createHmac, hash } from 'node:crypto'

/** Seals the hashes of keys, so that a copy of the database alone is of no use to whoever guesses keys. */
export interface ServerSecret {
  /** Tells one secret from another, and nothing else of it. */
  readonly mark: string
  seal(hash: string): string
}

export function serverSecret(secret: string): ServerSecret {
  const seal = (text: string) => createHmac('sha256', secret).update(text).digest('hex')
  return { mark: seal('mark').slice(0, 16), seal }
}

/** The secret in `file`, which is made where there is none, for its owner alone. */
export function secretOf(file: string, randomBytes: (count: number) => Uint8Array): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const fresh = Buffer.from(randomBytes(32)).toString('hex')
  const draft = `${file}.${fresh.slice(0, 8)}`
  const descriptor = openSync(draft, 'wx', 0o600)
  writeSync(descriptor, `${fresh}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  try {
    // Only a whole file appears under the name, and only the first of several processes that start at once makes it.
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
  return readFileSync(file, 'utf8').trim()
}

/** A secret is only ever compared as its hash, so that time tells nothing of it. */
export function hashOf(secret: string): string {
  return hash('sha256', secret)
}

import type { Key } from '../chat/account.ts'
import { Failure } from '../chat/failure.ts'
import type { Settings } from '../settings.ts'
import { table } from './terminal.ts'
import { dayOf, timeAfter } from './times.ts'
import { withDirectory } from './with-directory.ts'

/** What a key is to be; empty texts for what was not said. */
export interface WantedKey {
  readonly name: string
  readonly account: string
  readonly models: string
  readonly expires: string
  readonly admin: boolean
}

export async function printKeys(settings: Settings): Promise<void> {
  await withDirectory(settings, async (directory) => {
    const now = Date.now()
    const rows = (await directory.listKeys()).map((key) => [
      key.id,
      key.name,
      key.accountId,
      key.role === 'admin' ? 'admin API' : (key.models?.join(', ') ?? 'all models'),
      dayOf(key.createdAt),
      stateOf(key, now),
    ])
    console.log(table([['ID', 'NAME', 'ACCOUNT', 'FOR', 'CREATED', 'STATE'], ...rows]))
  })
}

function stateOf({ disabledAt, expiresAt }: Key, now: number): string {
  if (disabledAt !== null) return `revoked ${dayOf(disabledAt)}`
  if (expiresAt === null) return 'active'
  return expiresAt <= now ? `expired ${dayOf(expiresAt)}` : `until ${dayOf(expiresAt)}`
}

/** Prints the secret alone on standard output, so that a script can take it. */
export async function addKey(settings: Settings, wanted: WantedKey): Promise<void> {
  const expiresAt = wanted.expires === '' ? null : timeAfter(wanted.expires, Date.now())
  if (expiresAt === undefined) {
    throw new Failure(
      'invalid-request',
      `--expires must be a day such as 2030-01-31 or a time from now such as 12h or 30d, not ${wanted.expires}.`,
    )
  }
  await withDirectory(settings, async (directory) => {
    const { key, secret } = await directory.createKey({
      name: wanted.name,
      accountId: wanted.account,
      role: wanted.admin ? 'admin' : 'caller',
      models: wanted.models === '' ? null : wanted.models.split(','),
      expiresAt,
    })
    console.log(secret)
    console.error(`This is the only time that the key is shown. Its id is ${key.id}.`)
  })
}

/** Resolves with the exit code: 1 where no usable key has this id. */
export async function revokeKey(settings: Settings, id: string): Promise<number> {
  return withDirectory(settings, async (directory) => {
    const usable = (await directory.listKeys()).some((key) => key.id === id && key.disabledAt === null)
    if (!usable) {
      console.error(`silica: no usable key has the id ${id}. See: silica keys list`)
      return 1
    }
    await directory.changeKey(id, { disabled: true })
    console.log(`Revoked ${id}. A running server refuses it within a second.`)
    return 0
  })
}

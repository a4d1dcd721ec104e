import type { Settings } from '../settings.ts'
import { table } from './terminal.ts'
import { dayOf } from './times.ts'
import { withDirectory } from './with-directory.ts'

export async function printAccounts(settings: Settings): Promise<void> {
  await withDirectory(settings, async (directory) => {
    const [accounts, keys] = [await directory.listAccounts(), await directory.listKeys()]
    const rows = accounts.map(({ id, name, createdAt, disabledAt }) => [
      id,
      name,
      String(keys.filter((key) => key.accountId === id && key.disabledAt === null).length),
      dayOf(createdAt),
      disabledAt === null ? 'active' : `disabled ${dayOf(disabledAt)}`,
    ])
    console.log(table([['ID', 'NAME', 'KEYS', 'CREATED', 'STATE'], ...rows]))
  })
}

export async function addAccount(settings: Settings, id: string, name: string): Promise<void> {
  await withDirectory(settings, async (directory) => {
    await directory.createAccount({ id, name: name || id })
    console.log(`Made the account ${id}. Give it a key: silica keys add --account ${id}`)
  })
}

/** All keys of a disabled account are refused. */
export async function setAccountDisabled(settings: Settings, id: string, disabled: boolean): Promise<void> {
  await withDirectory(settings, async (directory) => {
    await directory.changeAccount(id, { disabled })
    const done = disabled ? 'Disabled' : 'Enabled'
    console.log(`${done} ${id}. A running server keeps to it within a second.`)
  })
}

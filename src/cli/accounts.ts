import type { Settings } from '../settings.ts'
import { table } from './terminal.ts'
import { dayOf } from './times.ts'
import { withDirectory } from './with-directory.ts'

export async function printAccounts(settings: Settings): Promise<void> {
  await withDirectory(settings, async (directory) => {
    const [accounts, keys] = [await directory.listAccounts(), await directory.listKeys()]
    const rows = accounts.map(({ id, name, level, createdAt, disabledAt }) => [
      id,
      name,
      level || '-',
      String(keys.filter((key) => key.accountId === id && key.disabledAt === null).length),
      dayOf(createdAt),
      disabledAt === null ? 'active' : `disabled ${dayOf(disabledAt)}`,
    ])
    console.log(table([['ID', 'NAME', 'LEVEL', 'KEYS', 'CREATED', 'STATE'], ...rows]))
  })
}

export async function addAccount(settings: Settings, id: string, name: string): Promise<void> {
  await withDirectory(settings, async (directory) => {
    await directory.createAccount({ id, name: name || id })
    console.log(`Made the account ${id}. Give it a key: silica keys add --account ${id}`)
  })
}

export async function setAccountLevel(settings: Settings, id: string, level: string): Promise<void> {
  await withDirectory(settings, async (directory) => {
    await directory.changeAccount(id, { level })
    const has = level === '' ? 'the level of all others' : `the level ${level}`
    console.log(`${id} has ${has}. A running server keeps to it within a second.`)
    if (level !== '' && !settings.limits.levels.has(level))
      console.error(`There is no level ${level} in limits.levels of the settings read here.`)
  })
}

/** What it asks and is answered is kept for a while, or no more. */
export async function setAccountBodies(settings: Settings, id: string, keepsBodies: boolean): Promise<void> {
  await withDirectory(settings, async (directory) => {
    await directory.changeAccount(id, { keepsBodies })
    console.log(
      keepsBodies
        ? `What ${id} asks and is answered is kept for ${settings.bodyDays} days, with other keys than SILICA_API_KEY.`
        : `What ${id} asks and is answered is kept no more.`,
    )
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

import { openDataFolder } from '../main.ts'
import type { Settings } from '../settings.ts'
import { openLog } from './log.ts'
import { table } from './terminal.ts'
import { realWorld } from './world.ts'

type Accounts = Awaited<ReturnType<typeof openDataFolder>>['accounts']

export async function printKeys(settings: Settings): Promise<void> {
  await withAccounts(settings, async (accounts) => {
    const keys = await accounts.listKeys()
    const rows = keys.map(({ id, name, createdAt, disabledAt }) => [
      id,
      name,
      dayOf(createdAt),
      disabledAt === null ? 'active' : `revoked ${dayOf(disabledAt)}`,
    ])
    console.log(table([['ID', 'NAME', 'CREATED', 'STATE'], ...rows]))
  })
}

/** Prints the secret alone on standard output, so that a script can take it. */
export async function addKey(settings: Settings, name: string): Promise<void> {
  await withAccounts(settings, async (accounts) => {
    const { id, secret } = await accounts.createKey(name)
    console.log(secret)
    console.error(`This is the only time that the key is shown. Its id is ${id}.`)
  })
}

/** Resolves with the exit code: 1 where no usable key has this id. */
export async function revokeKey(settings: Settings, id: string): Promise<number> {
  return withAccounts(settings, async (accounts) => {
    const revoked = await accounts.revokeKey(id)
    if (revoked) console.log(`Revoked ${id}. A running server refuses it within a second.`)
    else console.error(`silica: no usable key has the id ${id}. See: silica keys list`)
    return revoked ? 0 : 1
  })
}

async function withAccounts<T>(settings: Settings, use: (accounts: Accounts) => Promise<T>): Promise<T> {
  const { accounts, database } = await openDataFolder(settings, realWorld(openLog(settings.logLevel)))
  try {
    return await use(accounts)
  } finally {
    await database.close()
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

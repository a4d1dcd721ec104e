import { openDirectoryAlone } from '../main.ts'
import type { Settings } from '../settings.ts'
import { openLog } from './log.ts'
import { realWorld } from './world.ts'

type Directory = Awaited<ReturnType<typeof openDirectoryAlone>>['directory']

/** Lets a command use the accounts and keys, beside whatever server uses the same database. */
export async function withDirectory<T>(
  settings: Settings,
  use: (directory: Directory) => Promise<T>,
): Promise<T> {
  const { directory, database } = await openDirectoryAlone(settings, realWorld(openLog(settings.logLevel)))
  try {
    return await use(directory)
  } finally {
    await database.close()
  }
}

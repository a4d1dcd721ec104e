import { DatabaseSync } from 'node:sqlite'

/**
 * Holds a file, made where there is none, so that no other process can, and no other caller of this one. The system lets
 * go of it when the process ends, however it ends. Gives what lets go, or undefined where somebody else holds it.
 */
export function holdFile(file: string): (() => void) | undefined {
  const held = new DatabaseSync(file, { timeout: 0 })
  try {
    held.exec('begin exclusive')
    return () => held.close()
  } catch (error) {
    held.close()
    if (error instanceof Error && /locked/.test(error.message)) return undefined
    throw error
  }
}

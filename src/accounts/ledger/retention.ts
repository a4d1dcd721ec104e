import { deleteBodies } from '../../storage/bodies.ts'
import type { Database } from '../../storage/database.ts'
import { deleteRequests, firstIdAt, surplusId } from '../../storage/requests.ts'
import { deleteUsage } from '../../storage/usage.ts'

/** How long, and how many, rows of the ledger are kept. */
export interface Retention {
  readonly days: number
  /** Days for which bodies are kept, where they are. */
  readonly bodyDays: number
  readonly most: number
}

const day = 86_400_000
const rowsAtOnce = 1000

/**
 * Deletes what is older than it may be, and the oldest of what is more than it may be, a little at a time, until `signal`
 * aborts.
 */
export async function forgetOld(
  database: Database,
  { days, bodyDays, most }: Retention,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const old = firstIdAt(now - days * day)
  const surplus = (await surplusId(database, most)) ?? ''
  const upTo = surplus > old ? surplus : old
  const oldBodies = firstIdAt(now - bodyDays * day)
  const upToBodies = upTo > oldBodies ? upTo : oldBodies
  while (!signal.aborted && (await deleteBodies(database, upToBodies, rowsAtOnce)) === rowsAtOnce);
  await deleteUsage(database, now - days * day)
  while (!signal.aborted && (await deleteRequests(database, upTo, rowsAtOnce)) === rowsAtOnce);
}

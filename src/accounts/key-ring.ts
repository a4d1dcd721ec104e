import { type Key, type KeyRole } from '../chat/account.ts'
import { Failure } from '../chat/failure.ts'
import type { Caller } from '../chat/gate.ts'
import type { Database } from '../storage/database.ts'
import { findKeyByHash, type FoundKey } from '../storage/keys.ts'
import { hashOf, type ServerSecret } from './server-secret.ts'

/** Tells who holds a key. */
export interface KeyRing {
  /**
   * Who sent this `Authorization` header, with a key of this role. Throws `malformed-key`, `unknown-key`, `forbidden`
   * for a key of the other role or of a disabled account, or `overloaded` where the database cannot be asked.
   */
  identify(authorization: string, role: KeyRole): Promise<Caller>
  /** The same for the secret with this hash. */
  identifyHash(hash: string, role: KeyRole): Promise<Caller>
  /** Asks the database anew for every key. */
  forget(): void
}

export interface KeyRingParts {
  readonly database: Database
  readonly clock: () => number
  readonly secret: ServerSecret
  /** Keys that are valid as long as this process runs, with their secrets. They are kept in memory alone, hashed. */
  readonly given: readonly { readonly secret: string; readonly key: Key }[]
}

/** How long a key that was found is believed without asking the database again, in milliseconds. */
const trustedFor = 1000
/** The same where the database could not be asked. */
const trustedWithoutDatabase = 5000
const mostTrusted = 10_000
/** How long a caller waits for the database. */
const patience = 1000

/** One token of visible ASCII. The scheme may be written in any case, as HTTP has it. */
const bearer = /^bearer ([\x21-\x7e]{1,512})$/i

export function openKeyRing({ database, clock, secret, given }: KeyRingParts): KeyRing {
  const extra = new Map(
    given.map((one): [string, FoundKey] => [
      hashOf(one.secret),
      { key: one.key, level: '', keepsBodies: false, accountDisabledAt: null },
    ]),
  )
  const trusted = new Map<string, { readonly found: FoundKey; readonly until: number }>()
  const asking = new Map<string, Promise<FoundKey | undefined>>()
  let forgotten = 0

  async function find(hash: string): Promise<FoundKey | undefined> {
    const known = trusted.get(hash)
    if (known !== undefined && clock() < known.until) return known.found
    // However many requests wait for a key, the database is asked once.
    const asked = asking.get(hash) ?? ask(hash).finally(() => asking.delete(hash))
    asking.set(hash, asked)
    return asked
  }

  async function ask(hash: string): Promise<FoundKey | undefined> {
    const began = clock()
    const known = trusted.get(hash)
    const before = forgotten
    try {
      const found = await withPatience(findKeyByHash(database, secret.seal(hash)))
      trusted.delete(hash)
      // What changed while the database was asked may not be in its answer.
      if (found !== undefined && before === forgotten) trust(hash, found, began + trustedFor)
      return found
    } catch (error) {
      if (known === undefined) {
        throw new Failure('overloaded', 'The key cannot be looked up. Please try again later.', {
          cause: error,
        })
      }
      // Without its database Silica goes on for those whom it knows.
      trust(hash, known.found, clock() + trustedWithoutDatabase)
      return known.found
    }
  }

  function trust(hash: string, found: FoundKey, until: number): void {
    const [oldest] = trusted.keys()
    if (trusted.size >= mostTrusted && oldest !== undefined) trusted.delete(oldest)
    trusted.set(hash, { found, until })
  }

  const ring: KeyRing = {
    identify: async (authorization, role) => ring.identifyHash(hashOf(readBearer(authorization)), role),
    async identifyHash(hash, role) {
      const found = extra.get(hash) ?? (await find(hash))
      if (found === undefined || !isUsable(found.key, clock()))
        throw new Failure('unknown-key', 'Api key is invalid')
      if (found.key.role !== role || found.accountDisabledAt !== null)
        throw new Failure('forbidden', 'Forbidden')
      const { id, accountId, models } = found.key
      return { keyId: id, accountId, level: found.level, keepsBodies: found.keepsBodies, models }
    },
    forget() {
      trusted.clear()
      forgotten += 1
    },
  }
  return ring
}

/** The secret in an `Authorization` header. Throws `malformed-key`. */
export function readBearer(authorization: string): string {
  const token = bearer.exec(authorization)?.[1]
  if (token === undefined) throw new Failure('malformed-key', 'Invalid token')
  return token
}

function isUsable({ expiresAt, disabledAt }: Key, now: number): boolean {
  return disabledAt === null && (expiresAt === null || now < expiresAt)
}

/** What the database answers, if it does in time. */
async function withPatience<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = new Error(`The database did not answer in ${patience} ms.`)
  // An answer that is there is not late because this process was too busy to look.
  const timer = setTimeout(() => setImmediate(() => reject(late)), patience)
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}

import { hash } from 'node:crypto'
import { Failure } from '../chat/failure.ts'
import type { Caller, Gate } from '../chat/gate.ts'
import type { Database } from '../storage/database.ts'
import { disableKey, findKey, insertKey, type KeyFacts, listKeys } from '../storage/keys.ts'
import { type AnswerRecord, recordOf } from './answer-record.ts'

export interface Accounts extends Gate {
  /** Makes a key. The secret is given here and never again: only its hash is kept. */
  createKey(name: string): Promise<{ readonly id: string; readonly secret: string }>
  /** Every stored key, oldest first, without its secret. */
  listKeys(): Promise<readonly KeyFacts[]>
  /** Whether a key was revoked by this. Other processes over the same database refuse it within a second. */
  revokeKey(id: string): Promise<boolean>
  /** How many tickets are not settled yet. */
  running(): number
}

export interface AccountsParts {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (count: number) => Uint8Array
  /** Secrets that are valid as long as this process runs. Kept in memory alone, hashed. */
  readonly extraKeys: readonly string[]
  /** Told of every settled ticket. */
  readonly record: (line: AnswerRecord) => void
}

/** How long a key that was found is believed without asking the database again, in milliseconds. */
const trustedFor = 1000
const mostTrusted = 1000

/** One token of visible ASCII. The scheme may be written in any case, as HTTP has it. */
const bearer = /^bearer ([\x21-\x7e]{1,512})$/i

export function openAccounts(parts: AccountsParts): Accounts {
  const { database, clock } = parts
  const extra = new Map(parts.extraKeys.map((secret, index) => [hashOf(secret), `given-${index + 1}`]))
  const trusted = new Map<string, { readonly id: string; readonly until: number }>()
  let running = 0

  async function idOf(secretHash: string): Promise<string | undefined> {
    const given = extra.get(secretHash)
    if (given !== undefined) return given
    const known = trusted.get(secretHash)
    if (known !== undefined && clock() < known.until) return known.id
    trusted.delete(secretHash)
    const asked = clock()
    const key = await findKey(database, secretHash)
    if (key === undefined || key.disabledAt !== null) return undefined
    const [oldest] = trusted.keys()
    if (trusted.size >= mostTrusted && oldest !== undefined) trusted.delete(oldest)
    trusted.set(secretHash, { id: key.id, until: asked + trustedFor })
    return key.id
  }

  return {
    async identify(authorization): Promise<Caller> {
      const secret = bearer.exec(authorization)?.[1]
      if (secret === undefined) throw new Failure('malformed-key', 'Invalid token')
      const keyId = await idOf(hashOf(secret))
      if (keyId === undefined) throw new Failure('unknown-key', 'Api key is invalid')
      return { keyId }
    },
    admit(caller, request, traceId) {
      const began = clock()
      let settled = false
      running += 1
      return {
        settle(outcome, usage) {
          if (settled) throw new Error(`The ticket of ${traceId} was settled twice.`)
          settled = true
          running -= 1
          parts.record(recordOf({ traceId, caller, request, outcome, usage, ms: clock() - began }))
        },
      }
    },
    async createKey(name) {
      const secret = `sk-${Buffer.from(parts.randomBytes(36)).toString('base64url')}`
      // The first 8 of 48 characters: who finds a secret somewhere can tell which key to revoke.
      const id = secret.slice(0, 11)
      await insertKey(database, { id, name, hash: hashOf(secret), createdAt: clock() })
      return { id, secret }
    },
    listKeys: () => listKeys(database),
    async revokeKey(id) {
      const revoked = await disableKey(database, id, clock())
      trusted.clear()
      return revoked
    },
    running: () => running,
  }
}

/** A secret is only ever compared as its hash, so that time tells nothing of it. */
function hashOf(secret: string): string {
  return hash('sha256', secret)
}

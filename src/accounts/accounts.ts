import { defaultAccount, type Key, type KeyRole } from '../chat/account.ts'
import type { AnswerRecord } from '../chat/answer-record.ts'
import { type Caller, checkModel, type Gate } from '../chat/gate.ts'
import type { Database } from '../storage/database.ts'
import { type Directory, openDirectory } from './directory.ts'
import { openKeyRing } from './key-ring.ts'
import type { Bodies } from './ledger/bodies.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Limits } from './limits/limits.ts'
import { admissionOf, recordOf } from './record-of.ts'
import type { ServerSecret } from './server-secret.ts'
import { openSessions, type Sessions } from './sessions.ts'
import { openStory, type StoryParts } from './story.ts'

export interface Accounts extends Gate {
  readonly directory: Directory
  readonly sessions: Sessions
  /** Who manages accounts, by the `Authorization` header. Throws as `identify` does. */
  identifyAdmin(authorization: string): Promise<Caller>
  /** How many tickets are not settled yet. */
  running(): number
}

export interface AccountsParts extends Pick<StoryParts, 'newSpanId'> {
  readonly database: Database
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (count: number) => Uint8Array
  readonly secret: ServerSecret
  /** Secrets that are valid as long as this process runs. They are of the default account. */
  readonly apiKeys: readonly string[]
  readonly adminKeys: readonly string[]
  readonly limits: Limits
  readonly ledger: Pick<Ledger, 'open' | 'done'>
  readonly bodies: Pick<Bodies, 'keep'>
  /** Told of every settled ticket. */
  readonly record: (record: AnswerRecord) => void
}

/** What a caller and an answer pass on their way: who holds the key, what is allowed, what is recorded. */
export async function openAccounts(parts: AccountsParts): Promise<Accounts> {
  const { clock, ledger } = parts
  const ownKey = Buffer.from(parts.randomBytes(32)).toString('base64url')
  const given = [
    ...givenKeys(parts.apiKeys, 'caller'),
    ...givenKeys(parts.adminKeys, 'admin'),
    { secret: ownKey, key: givenKey('console', 'admin') },
  ]
  const ring = openKeyRing({ ...parts, given })
  const directory = await openDirectory({ ...parts, changed: () => ring.forget() })
  let running = 0

  return {
    directory,
    sessions: openSessions({ ...parts, ring, ownKey }),
    identify: (authorization) => ring.identify(authorization, 'caller'),
    identifyAdmin: (authorization) => ring.identify(authorization, 'admin'),
    async admit(caller, request, arrival) {
      checkModel(caller, request.model)
      const grant = await parts.limits.admit(caller, request)
      const admission = admissionOf(caller, request, arrival, clock())
      const story = openStory(arrival, arrival.traceId, parts)
      const kept = caller.keepsBodies ? parts.bodies.keep(arrival.traceId, arrival.body) : null
      let firstTokenAt: number | null = null
      let settled = false
      running += 1
      ledger.open(admission)
      return {
        standings: grant.standings,
        notes: story.notes,
        counted(promptTokens) {
          story.promptRead()
          grant.counted(promptTokens)
        },
        said: (event) => kept?.said(event),
        began() {
          firstTokenAt = clock()
        },
        settle(outcome, usage) {
          if (settled) throw new Error(`The ticket of ${arrival.traceId} was settled twice.`)
          settled = true
          running -= 1
          grant.settle(usage)
          const record = recordOf(admission, outcome, usage, { firstTokenAt, doneAt: clock() }, story.told())
          ledger.done(record)
          kept?.done()
          parts.record(record)
        },
      }
    },
    running: () => running,
  }
}

function givenKeys(secrets: readonly string[], role: KeyRole) {
  const prefix = role === 'admin' ? 'given-admin-' : 'given-'
  return secrets.map((secret, index) => ({ secret, key: givenKey(`${prefix}${index + 1}`, role) }))
}

function givenKey(id: string, role: KeyRole): Key {
  return {
    id,
    accountId: defaultAccount,
    name: 'given',
    role,
    models: null,
    createdAt: 0,
    expiresAt: null,
    disabledAt: null,
  }
}

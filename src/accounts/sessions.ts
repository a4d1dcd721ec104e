import { timingSafeEqual } from 'node:crypto'
import type { Caller } from '../chat/gate.ts'
import { Failure } from '../chat/failure.ts'
import { type KeyRing, readBearer } from './key-ring.ts'
import { hashOf, type ServerSecret } from './server-secret.ts'

/**
 * The sessions of the console. Nothing is stored: a session is a text that says by which admin key it was opened and
 * until when it holds, sealed with the server's secret. It ends with its key, and every server over the same database
 * knows it.
 */
export interface Sessions {
  /**
   * Opens one for whoever sent this `Authorization` header, with an admin key or with an invitation, which is used up by
   * it. Throws as `KeyRing.identify` does.
   */
  open(authorization: string): Promise<Session>
  /** Who holds the session, as what its key is now. Throws `unknown-key` where it has ended. */
  identify(token: string): Promise<Caller>
  /** A text that opens one session, within the hour. A new one replaces the last. */
  invite(): string
}

export interface Session {
  readonly token: string
  /** Seconds until it ends by itself. */
  readonly seconds: number
}

export interface SessionsParts {
  readonly ring: KeyRing
  /** The key of sessions that an invitation opens: an admin key that nobody is told, and that ends with this process. */
  readonly ownKey: string
  readonly secret: ServerSecret
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly randomBytes: (count: number) => Uint8Array
}

const sessionSeconds = 24 * 60 * 60
const invitationLasts = 60 * 60 * 1000

export function openSessions({ ring, ownKey, secret, clock, randomBytes }: SessionsParts): Sessions {
  let invitation: { readonly hash: string; readonly until: number } | undefined

  const sealed = (content: string) => `${content}.${secret.seal(`session ${content}`)}`

  function isInvited(hash: string): boolean {
    if (invitation?.hash !== hash) return false
    const { until } = invitation
    invitation = undefined
    return clock() < until
  }

  return {
    async open(authorization) {
      const hash = hashOf(readBearer(authorization))
      const key = isInvited(hash) ? hashOf(ownKey) : hash
      await ring.identifyHash(key, 'admin')
      const until = Math.floor(clock() / 1000) + sessionSeconds
      return { token: sealed(`${key}.${until}`), seconds: sessionSeconds }
    },
    async identify(token) {
      const [key = '', until = ''] = token.split('.')
      if (!isSame(token, sealed(`${key}.${until}`)) || clock() >= Number(until) * 1000)
        throw new Failure('unknown-key', 'The session has ended. Please sign in again.')
      return ring.identifyHash(key, 'admin')
    },
    invite() {
      const text = Buffer.from(randomBytes(24)).toString('base64url')
      invitation = { hash: hashOf(text), until: clock() + invitationLasts }
      return text
    },
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

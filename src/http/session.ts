import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Sessions } from '../accounts/sessions.ts'
import type { Caller } from '../chat/gate.ts'

const cookie = 'silica_session'
/** No page of another origin can send a header of this name without being let, and nobody is. */
const consoleHeader = 'x-silica-console'

/** Who sent the request: by its key, or else by the session of the console. Throws as `identify` does. */
export async function identifySender(
  request: FastifyRequest,
  authorization: string,
  identify: (authorization: string) => Promise<Caller>,
  sessions: Sessions,
): Promise<Caller> {
  const token = authorization === '' ? tokenOf(request) : ''
  return token === '' ? identify(authorization) : sessions.identify(token)
}

/** `/admin/v1/session`: `POST` signs in with an admin key or an invitation, `DELETE` out, `GET` tells who is. */
export function addSessionRoutes(app: FastifyInstance, sessions: Sessions): void {
  const path = '/admin/v1/session'
  app.post(path, async (request, reply) => {
    const { token, seconds } = await sessions.open(request.headers.authorization ?? '')
    return setCookie(request, reply, token, seconds).status(204).send()
  })
  app.get(path, async (request) => {
    const { accountId, keyId } = await sessions.identify(tokenOf(request))
    return { account_id: accountId, key_id: keyId }
  })
  app.delete(path, (request, reply) => setCookie(request, reply, '', 0).status(204).send())
}

/** The cookie's value, empty where none came or where another site's page may have had the browser send it. */
function tokenOf({ headers }: FastifyRequest): string {
  if (headers[consoleHeader] === undefined) return ''
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookie)?.[1] ?? ''
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, seconds: number) {
  // Whoever ends TLS in front of this server says so, and a browser keeps no `Secure` cookie of a plain one.
  const secure = request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : ''
  return reply.header(
    'set-cookie',
    `${cookie}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
  )
}

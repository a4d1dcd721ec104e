import type { FastifyInstance } from 'fastify'
import type { Lifecycle } from '../lifecycle/lifecycle.ts'
import { readAnnouncementQuery, writeAnnouncements, writeAtom } from '../wire/announcements.ts'
import { queryOf } from './read-request.ts'
import { sendJson } from './send-answer.ts'

/** `GET /v1/announcements`, and the same as a feed. */
export function addAnnouncements(
  app: FastifyInstance,
  { announcements }: Pick<Lifecycle, 'announcements'>,
  clock: () => number,
): void {
  for (const prefix of ['', '/v1']) {
    app.get(`${prefix}/announcements`, async (request, reply) => {
      const { filter, limit } = readAnnouncementQuery(queryOf(request), 'after')
      const { page, more } = await announcements(filter, limit)
      return sendJson(reply, writeAnnouncements(page, more))
    })
    app.get(`${prefix}/announcements.atom`, async (request, reply) => {
      const { filter, limit } = readAnnouncementQuery(queryOf(request), 'after')
      const { page } = await announcements(filter, limit)
      const body = writeAtom(page, request.url, clock())
      return reply.type('application/atom+xml; charset=utf-8').send(body)
    })
  }
}

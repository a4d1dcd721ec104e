import type { FastifyInstance } from 'fastify'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeOpenApi } from '../wire/reference/openapi.ts'
import { writeLlms } from '../wire/reference/write-llms.ts'
import { writePage } from '../wire/reference/write-page.ts'
import { sendJson } from './send-answer.ts'

/** What there is to read: `/docs`, its guides, `/openapi.json` and `/llms.txt`. `folder` holds the guides as Markdown. */
export function addReference(app: FastifyInstance, folder: string, version: string): void {
  const guides = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
  const titles = [...guides].map(([name, text]) => {
    return { name, title: /^# (.*)/.exec(text)?.[1] ?? name }
  })
  const { html, policy } = writePage(titles)
  const openApi = writeOpenApi(version)
  const llms = writeLlms(titles)
  const plain = 'text/plain; charset=utf-8'

  app.get('/docs', (_request, reply) =>
    reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .type('text/html; charset=utf-8')
      .send(html),
  )
  app.get<{ Params: { name: string } }>('/docs/guides/:name', (request, reply) => {
    const guide = guides.get(request.params.name)
    return guide === undefined
      ? reply.callNotFound()
      : reply.header('x-content-type-options', 'nosniff').type(plain).send(guide)
  })
  app.get('/openapi.json', (_request, reply) => sendJson(reply, openApi))
  app.get('/llms.txt', (_request, reply) => reply.type(plain).send(llms))
}

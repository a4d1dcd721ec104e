import type { FastifyInstance } from 'fastify'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '../chat/model.ts'
import { sendJson } from './send-answer.ts'

/**
 * What there is to read: `/docs`, its guides, `/openapi.json` and `/llms.txt`. `folder` holds the guides as Markdown;
 * examples ask for the first model. Written when somebody first reads any of it.
 */
export function addReference(
  app: FastifyInstance,
  folder: string,
  version: string,
  models: () => readonly Model[],
): void {
  let written: Promise<Reference> | undefined
  const read = () => (written ??= writeReference(folder, version, models()[0]?.id ?? 'owner/name'))
  const plain = 'text/plain; charset=utf-8'

  app.get('/docs', async (_request, reply) => {
    const { policy, html } = await read()
    return reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .type('text/html; charset=utf-8')
      .send(html)
  })
  app.get<{ Params: { name: string } }>('/docs/guides/:name', async (request, reply) => {
    const guide = (await read()).guides.get(request.params.name)
    return guide === undefined
      ? reply.callNotFound()
      : reply.header('x-content-type-options', 'nosniff').type(plain).send(guide)
  })
  app.get('/openapi.json', async (_request, reply) => sendJson(reply, (await read()).openApi))
  app.get('/llms.txt', async (_request, reply) => reply.type(plain).send((await read()).llms))
}

interface Reference {
  /** By their file names. */
  readonly guides: ReadonlyMap<string, string>
  readonly html: string
  readonly policy: string
  readonly openApi: string
  readonly llms: string
}

async function writeReference(folder: string, version: string, model: string): Promise<Reference> {
  // They take memory, and most servers are never asked.
  const [{ writeOpenApi }, { writeLlms }, { writePage }] = await Promise.all([
    import('../wire/reference/openapi.ts'),
    import('../wire/reference/write-llms.ts'),
    import('../wire/reference/write-page.ts'),
  ])
  const guides = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .toSorted()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
  const titles = [...guides].map(([name, text]) => ({ name, title: /^# (.*)/.exec(text)?.[1] ?? name }))
  return {
    guides,
    ...writePage(titles, model),
    openApi: writeOpenApi(version, model),
    llms: writeLlms(titles),
  }
}

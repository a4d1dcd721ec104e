import { Validator } from '@seriousme/openapi-schema-validator'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpointsOf } from './endpoints.ts'
import { notesOf } from './field-notes.ts'
import { writeOpenApi } from './openapi.ts'
import { writePage } from './write-page.ts'

const endpoints = endpointsOf('owner/name')
const document = JSON.parse(writeOpenApi('1.2.3', 'owner/name'))

/** Every path that the HTTP room answers, as it stands in the code. */
function routesInCode(): readonly string[] {
  const folder = resolve(import.meta.dirname, '../../http')
  const routes = globSync('*.ts', { cwd: folder }).flatMap((file) => {
    const text = readFileSync(resolve(folder, file), 'utf8')
    const found = text.matchAll(/\b(\w+)\.(get|post|patch|delete)(?:<[^(]*>)?\(\s*(?:'|`)([^'`]+)/g)
    return [...found].map(([, app = '', method = '', path = '']) => {
      const whole = path
        .replace('${prefix}', '/v1')
        .replace(/:(\w+)/g, '{$1}')
        .replace('*', '{id}')
      return `${method} ${app === 'admin' ? '/admin/v1' : ''}${whole}`
    })
  })
  return routes.toSorted()
}

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const { valid, errors } = await new Validator().validate(document)
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
  })

  it('has every path that is answered, but for the files of the console', () => {
    const documented = endpoints.map(({ method, path }) => `${method} ${path.replace('{name}', '{name}')}`)
    const answered = routesInCode().filter((route) => !/^get \/(assets\/.*)?$/.test(route))
    expect(answered.length).toBeGreaterThan(30)
    const session = ['delete', 'get', 'post'].map((method) => `${method} /admin/v1/session`)
    expect(documented.toSorted()).toEqual([...answered, ...session].toSorted())
  })

  it('holds nothing that TypeBox notes for itself', () => {
    expect(writeOpenApi('1', 'owner/name')).not.toContain('"~')
  })

  it('gives a stream of events no schema, which some would hold against each event', () => {
    const { content } = document.paths['/v1/messages'].post.responses['200']
    expect(content['text/event-stream']).toEqual({})
  })

  it('says what each field of a request is for', () => {
    const silent = endpoints.flatMap(({ path, body }) =>
      Object.keys(Object(body?.schema).properties ?? {})
        .filter((field) => notesOf(field) === '')
        .map((field) => `${path} ${field}`),
    )
    expect(silent).toEqual([])
  })
})

describe('the page', () => {
  const { html, policy } = writePage([{ name: 'a.md', title: 'A < B' }], 'owner/name')

  it('has every endpoint and guide, nothing that is not escaped, and no script', () => {
    for (const { path } of endpoints) expect(html).toContain(path)
    expect(html).toContain('<a href="/docs/guides/a.md">A &lt; B</a>')
    expect(html).not.toMatch(/<script|\son\w+=|style="|javascript:/)
    expect(html.match(/<code>/g)).toHaveLength(html.match(/<\/code>/g)?.length ?? 0)
  })

  it('is shown under a policy that allows its style and nothing else', () => {
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'/)
  })
})

import { hash } from 'node:crypto'
import type { TSchema } from 'typebox'
import { describe, type Shape } from '../../schema/find-fault.ts'
import { differences } from './differences.ts'
import { type Endpoint, endpointsOf } from './endpoints.ts'
import { failureNotes } from './failure-notes.ts'
import { notesOf } from './field-notes.ts'
import { failuresOf } from './openapi.ts'

/** A guide in `docs/guides`. */
export interface Guide {
  /** Of its file, such as `thinking.md`. */
  readonly name: string
  readonly title: string
}

/** The reference as a page that needs no script, and the policy under which it is to be shown. */
export function writePage(
  guides: readonly Guide[],
  model: string,
): { readonly html: string; readonly policy: string } {
  const endpoints = endpointsOf(model)
  const groups = [
    ['Models', 'callers'],
    ['Server', 'everybody'],
    ['Administration', 'admins'],
  ] as const
  const sections = groups.map(([title, by]) => {
    const own = endpoints.filter((endpoint) => endpoint.by === by)
    return `<h2>${title}</h2>${own.map(writeEndpoint).join('')}`
  })
  const contents = groups.map(([title, by]) => {
    const own = endpoints.filter((endpoint) => endpoint.by === by)
    const links = own.map(
      (endpoint) => `<li><a href="#${anchorOf(endpoint)}">${escape(nameOf(endpoint))}</a></li>`,
    )
    return `<li>${title}<ul>${links.join('')}</ul></li>`
  })
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Silica: API reference</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>${style}</style></head><body>
<header><h1>API reference</h1><p>SiliconFlow’s chat-completions API, as this server answers it. Keys go into
<code>Authorization: Bearer</code>. The same as <a href="/openapi.json">OpenAPI 3.1</a> and, for models, as
<a href="/llms.txt">llms.txt</a>.</p></header>
<nav><ul>${contents.join('')}<li><a href="#differences">Where it differs from SiliconFlow</a></li>
<li>Guides<ul>${guides.map(({ name, title }) => `<li><a href="/docs/guides/${escape(name)}">${escape(title)}</a></li>`).join('')}</ul></li></ul></nav>
<main>${sections.join('')}
<h2 id="differences">Where it differs from SiliconFlow</h2>${table(
    ['', 'SiliconFlow', 'Silica'],
    differences.map((row) => row.map(inline)),
  )}</main></body></html>
`
  const styleHash = hash('sha256', style, 'base64')
  return {
    html,
    policy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  }
}

function writeEndpoint(endpoint: Endpoint): string {
  const { summary, about, parameters, body } = endpoint
  const fields = body === null ? [] : fieldsOf(body.schema)
  const parts = [
    `<section><h3 id="${anchorOf(endpoint)}"><code>${escape(nameOf(endpoint))}</code></h3>`,
    `<p>${inline(summary)}.${about === '' ? '' : ` ${inline(about)}`}</p>`,
    parameters.length === 0
      ? ''
      : table(
          ['parameter', 'is', ''],
          parameters.map((one) => [
            `<code>${one.name}</code>`,
            escape(describe(one.schema)),
            inline(one.about),
          ]),
        ),
    fields.length === 0
      ? ''
      : table(
          ['field', 'is', ''],
          fields.map(({ name, required, schema }) => [
            `<code>${name}</code>${required ? ' <em>required</em>' : ''}`,
            escape(describe(schema)),
            inline(notesOf(name)),
          ]),
        ),
    body === null
      ? ''
      : `<details><summary>Its schema</summary><pre>${escape(pretty(body.schema))}</pre></details>`,
    `<pre>${escape(curlOf(endpoint))}</pre>`,
    writeAnswer(endpoint),
    '</section>',
  ]
  return parts.join('')
}

function writeAnswer(endpoint: Endpoint): string {
  const { status, about, contents } = endpoint.answer
  const schemas = contents.flatMap(([, schema]) => (schema === null ? [] : [schema]))
  const good = [String(status), contents.map(([type]) => escape(type)).join('<br>') || '-', inline(about)]
  const failed = [...failuresOf(endpoint)].map(([code, kinds]) => [
    String(code),
    kinds.map((kind) => `<code>${kind}</code>`).join('<br>'),
    kinds.map((kind) => inline(failureNotes[kind].when)).join('<br>'),
  ])
  const [schema] = schemas
  return (
    table(['status', '', ''], [good, ...failed]) +
    (schema === undefined
      ? ''
      : `<details><summary>What the answer has</summary><pre>${escape(pretty(schema))}</pre></details>`)
  )
}

interface Field {
  readonly name: string
  readonly required: boolean
  readonly schema: Shape
}

/** The fields of a body; of one that has variants, those of all of them, required where all of them do. */
function fieldsOf({ properties = {}, required = [], anyOf = [] }: Shape): readonly Field[] {
  const own = Object.entries(properties).map(([name, schema]): Field => {
    return { name, required: required.includes(name), schema }
  })
  const variants = anyOf.map(fieldsOf)
  const names = new Set(variants.flat().map(({ name }) => name))
  const shared = [...names].flatMap((name) => {
    const found = variants.map((fields) => fields.find((field) => field.name === name))
    const [first] = found.filter((field) => field !== undefined)
    return first === undefined ? [] : [{ ...first, required: found.every((field) => field?.required) }]
  })
  return [...own, ...shared]
}

function curlOf({ method, path, by, parameters, body }: Endpoint): string {
  const filled = parameters.reduce((so, { name, example }) => so.replace(`{${name}}`, example), path)
  const key = { callers: '$SILICA_API_KEY', admins: '$SILICA_ADMIN_KEY', everybody: '' }[by]
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}http://127.0.0.1:8000${filled}`,
    ...(key === '' ? [] : [`  -H "Authorization: Bearer ${key}"`]),
    ...(body === null ? [] : [`  -d '${JSON.stringify(body.example)}'`]),
  ].join(' \\\n')
}

function nameOf({ method, path }: Endpoint): string {
  return `${method.toUpperCase()} ${path}`
}

function anchorOf({ method, path }: Endpoint): string {
  return `${method}${path.replaceAll(/[^a-z0-9]+/gi, '-')}`
}

function pretty(schema: TSchema): string {
  return JSON.stringify(schema, (key, value: unknown) => (key.startsWith('~') ? undefined : value), 2)
}

/** Cells are HTML. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<div class="table"><table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('')}</tbody></table></div>`
}

/** A sentence in which code stands between backticks. */
function inline(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--back:#fff;--code:#f3f4f6;--link:#0550ae}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa4af;--line:#363d46;--back:#111418;--code:#1c2128;--link:#79b8ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:2rem 1rem;display:grid;gap:1rem 3rem;grid-template-columns:minmax(0,1fr);font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}
@media (min-width:64rem){body{grid-template-columns:19rem minmax(0,1fr)}header{grid-column:1/-1}nav{position:sticky;top:1rem;align-self:start;max-height:95vh;overflow:auto}}
nav ul{list-style:none;margin:0;padding:0 0 .5rem}nav ul ul{padding-left:.75rem;font-size:.8rem;overflow-wrap:anywhere}
a{color:var(--link)}h1{margin:0}h2{margin:2.5rem 0 0}h3{margin:2rem 0 0;font-size:1.05rem;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,monospace;font-size:.85rem}pre{background:var(--code);padding:.75rem;overflow:auto;border-radius:.375rem}
.table{overflow:auto}table{border-collapse:collapse;width:100%;font-size:.9rem;margin:.5rem 0}
th,td{border-bottom:1px solid var(--line);padding:.35rem .75rem .35rem 0;text-align:left;vertical-align:top}th{color:var(--soft);font-weight:600}
@media (max-width:40rem){thead{display:none}tr,td{display:block}tr{border-bottom:1px solid var(--line);padding:.35rem 0}td{border:0;padding:0}}
summary{cursor:pointer;color:var(--soft)}em{color:var(--soft);font-size:.8rem}
`

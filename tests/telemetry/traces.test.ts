import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestSilica, type TestSilica } from '../silica.ts'

interface Heard {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A server that takes note of what it is sent and answers as it is told. */
async function listen(answer: (heard: Heard) => { readonly status: number; readonly body: string }) {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => (body += String(part)))
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body }
      heard.push(one)
      const { status, body: text } = answer(one)
      response.writeHead(status, { 'content-type': 'text/event-stream' }).end(text)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Listening = Awaited<ReturnType<typeof listen>>

const chunk = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({
    id: 'x',
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: { prompt_tokens: 5, completion_tokens: finish === null ? 1 : 2, total_tokens: 7 },
  })}\n\n`
const stream = `${chunk({ role: 'assistant', content: 'Hello' }, null)}${chunk({ content: ' you' }, 'stop')}data: [DONE]\n\n`

const parent = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${parent}-00f067aa0ba902b7-01`

describe('traces', () => {
  let folder = ''
  let good: Listening
  let bad: Listening
  let collector: Listening
  let collects = 200
  let silica: TestSilica
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silica-traces-'))
    collects = 200
    good = await listen(() => ({ status: 200, body: stream }))
    bad = await listen(() => ({ status: 502, body: 'no' }))
    collector = await listen(() => ({ status: collects, body: '{}' }))
    writeFileSync(
      join(folder, 'rows.yaml'),
      `- id: silica/nano
  engine:
    kind: pool
    replicas:
      - { kind: upstream, server: vllm, url: "${bad.url}/v1", model: m, rank: 0 }
      - { kind: upstream, server: vllm, url: "${good.url}/v1", model: m, rank: 1 }
`,
    )
  })
  afterEach(async () => {
    await silica.close()
    for (const server of [good, bad, collector]) await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(traced: boolean): Promise<void> {
    silica = await openTestSilica({
      models: [{ kind: 'rows', file: join(folder, 'rows.yaml'), field: '' }],
      traces: traced
        ? { url: `${collector.url}/v1/traces`, headers: { 'x-tenant': 'one' }, service: 'test' }
        : null,
    })
  }

  async function ask(headers: Record<string, string> = {}): Promise<string> {
    const response = await fetch(`${silica.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${silica.key}`, ...headers },
      body: JSON.stringify({
        model: 'silica/nano',
        messages: [{ role: 'user', content: 'A secret of the caller.' }],
        max_tokens: 9,
        enable_thinking: false,
      }),
    })
    expect(response.status).toBe(200)
    await response.text()
    return response.headers.get('x-siliconcloud-trace-id') ?? ''
  }

  const spans = () =>
    collector.heard.flatMap(({ body }) => {
      const { resourceSpans } = JSON.parse(body)
      return resourceSpans.flatMap((resource: { scopeSpans: { spans: object[] }[] }) =>
        resource.scopeSpans.flatMap((scope) => scope.spans),
      )
    })
  const facts = (span: { attributes: { key: string; value: object }[] }) =>
    Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

  it("stand in the caller's trace, with a span for each attempt, which the server that is asked is told of", async () => {
    await open(true)
    const own = await ask({ traceparent, tracestate: 'vendor=1' })
    await expect.poll(spans, { timeout: 20_000 }).not.toEqual([])
    const [{ path, headers, body }] = collector.heard as [Heard]
    expect(path).toBe('/v1/traces')
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-tenant': 'one' })
    expect(body).not.toContain('A secret of the caller.')
    expect(JSON.parse(body).resourceSpans[0].resource.attributes).toEqual([
      { key: 'service.name', value: { stringValue: 'test' } },
    ])
    const all = spans()
    for (const span of all) {
      expect(span).toMatchObject({
        traceId: parent,
        spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
        parentSpanId: expect.stringMatching(/^[0-9a-f]{16}$/),
        name: expect.any(String),
        kind: expect.any(Number),
        startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
        endTimeUnixNano: expect.stringMatching(/^\d{19}$/),
      })
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano))
      for (const { value } of span.attributes)
        expect(Object.keys(value)).toEqual([expect.stringMatching(/^(string|int|bool|double|array)Value$/)])
    }
    const request = all.find(
      ({ parentSpanId }: { parentSpanId: string }) => parentSpanId === '00f067aa0ba902b7',
    )
    expect(request).toMatchObject({ name: 'chat silica/nano', kind: 2, status: {} })
    expect(facts(request)).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'silica/nano',
      'gen_ai.request.max_tokens': '9',
      'gen_ai.usage.input_tokens': '5',
      'gen_ai.usage.output_tokens': '2',
      'gen_ai.response.finish_reasons': { values: [{ stringValue: 'stop' }] },
      'silica.trace_id': own,
      'silica.attempts': '2',
    })
    const below = all.filter((span: { parentSpanId: string }) => span.parentSpanId === request.spanId)
    expect(below.map(({ name }: { name: string }) => name)).toEqual([
      'queue',
      'ask silica/nano',
      'ask silica/nano',
    ])
    expect(below[1]).toMatchObject({ kind: 3, status: { code: 2 } })
    expect(below[2]).toMatchObject({ kind: 3, status: {} })
    for (const [server, span] of [
      [bad, below[1]],
      [good, below[2]],
    ] as const) {
      const asked = server.heard.filter((one) => one.path === '/v1/chat/completions')
      expect(asked.map((one) => one.headers['traceparent'])).toEqual([`00-${parent}-${span.spanId}-01`])
      expect(asked[0]?.headers['tracestate']).toBe('vendor=1')
    }
  })

  it('begin with the request where the caller has none, and have its id', async () => {
    await open(true)
    const own = await ask()
    await expect.poll(spans, { timeout: 20_000 }).not.toEqual([])
    expect(new Set(spans().map(({ traceId }: { traceId: string }) => traceId))).toEqual(new Set([own]))
    expect(spans().filter(({ parentSpanId }: { parentSpanId: string }) => parentSpanId === '')).toHaveLength(
      1,
    )
  })

  it('that nobody wants recorded are not, and go on to servers as they are', async () => {
    await open(true)
    await ask({ traceparent: traceparent.replace(/01$/, '00') })
    await silica.close()
    expect(collector.heard).toEqual([])
    expect(good.heard.at(-1)?.headers['traceparent']).toMatch(new RegExp(`^00-${parent}-[0-9a-f]{16}-00$`))
    await open(false)
    await ask({ traceparent })
    expect(good.heard.at(-1)?.headers['traceparent']).toBe(traceparent)
  })

  it('wait where the collector takes none, arrive when it does, and fail no request', async () => {
    await open(true)
    collects = 503
    for (let count = 0; count < 3; count++) await ask()
    await expect.poll(() => collector.heard.length, { timeout: 20_000 }).toBeGreaterThan(0)
    const before = collector.heard.length
    collects = 200
    await ask()
    await silica.close()
    const requests = collector.heard
      .slice(before)
      .flatMap(({ body }) => [...body.matchAll(/"name":"chat silica\/nano"/g)])
    expect(requests).toHaveLength(4)
  })
})

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchFiles } from '../../src/cli/world.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

const models = resolve(import.meta.dirname, '../../models')
const hello = { messages: [{ role: 'user', content: 'Hello' }] } as const

/** What the operator's log says, one line at a time. */
function logReader() {
  const lines: string[] = []
  const readers: ((line: string) => void)[] = []
  const take = (facts: object, message: string) => {
    const line = `${message} ${JSON.stringify(facts)}`
    const reader = readers.shift()
    if (reader) reader(line)
    else lines.push(line)
  }
  return {
    log: { info: take, warn: take, error: take },
    /** The next line that begins with `word`. */
    async next(word: string): Promise<string> {
      for (;;) {
        const line = lines.shift() ?? (await new Promise<string>((resolve) => readers.push(resolve)))
        if (line.startsWith(word)) return line
      }
    },
  }
}

async function post(silica: TestSilica, body: object): Promise<Response> {
  return fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({ ...hello, max_tokens: 4, ...body }),
  })
}

async function ids(silica: TestSilica): Promise<readonly string[]> {
  const client = new OpenAI({ baseURL: `${silica.url}/v1`, apiKey: silica.key })
  return (await client.models.list()).data.map(({ id }) => id)
}

describe('rows that change while the server runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'silica-rows-'))
  const file = join(folder, 'silica.yaml')
  const nano = (id: string) => `rows:\n  - { id: silica/nano, minP: false }\n  - ${id}`
  const engine = `engine: { kind: llama, file: own.gguf, sequences: 2 }`
  const own = readFileSync(join(models, 'nano.yaml'), 'utf8')
    .replace(/^(#.*\n)+/, '')
    .replace('- id: silica/nano', 'id: mine/own')
    .replace(/^ {2}engine: .*$/m, `  ${engine}`)
    .replaceAll('\n  ', '\n    ')
  const log = logReader()
  let silica: TestSilica

  beforeAll(async () => {
    copyFileSync(join(models, 'nano/silica-nano.gguf'), join(folder, 'own.gguf'))
    writeFileSync(file, 'port: 1')
    silica = await openTestSilica(
      { models: [{ kind: 'rows', file, field: 'rows' }] },
      { log: log.log, watch: (files, changed) => watchFiles(files, changed, 10) },
    )
  })
  afterAll(async () => {
    await silica.close()
    rmSync(folder, { recursive: true })
  })

  test('are served as soon as they are written', async () => {
    expect(await ids(silica)).toEqual(['silica/nano'])
    writeFileSync(file, nano(own))
    await log.next('catalogue read anew')
    expect(await ids(silica)).toEqual(['silica/nano', 'mine/own'])
    expect((await post(silica, { model: 'mine/own' })).status).toBe(200)
  })

  test('are refused whole where one is wrong, by file, line and field, and the old ones stay', async () => {
    writeFileSync(file, nano(own.replace('json: true', 'json: perhaps')))
    const line = await log.next('catalogue refused')
    expect(line).toMatch(
      /silica\.yaml:\d+:\d+: rows\[mine\/own\]\.json must be true or false, not \\"perhaps\\"/,
    )
    expect(await ids(silica)).toEqual(['silica/nano', 'mine/own'])
    writeFileSync(file, nano(own.replace('own.gguf', 'missing.gguf')))
    expect(await log.next('catalogue refused')).toContain('missing.gguf cannot be used')
    expect((await post(silica, { model: 'mine/own' })).status).toBe(200)
  })

  test('are gone when they are taken out, and an answer that had begun is still given whole', async () => {
    writeFileSync(file, nano(own))
    await log.next('catalogue read anew')
    const long = { model: 'mine/own', stream: true, max_tokens: 400, temperature: 0 }
    const begun = await post(silica, { ...long, messages: [{ role: 'user', content: 'Tell me a story.' }] })
    writeFileSync(file, 'rows: []')
    await log.next('catalogue read anew')
    expect(await begun.text()).toContain('data: [DONE]')
    const refused = await post(silica, { model: 'mine/own' })
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 20012 }])
  })
})

describe('a model that nothing runs', () => {
  const bundledRows = ['nano', 'deepseek', 'glm'].map((name) => join(models, `${name}.yaml`))
  const body = { model: 'Pro/zai-org/GLM-4.7', enable_thinking: false }

  test('is disabled, and not listed', async () => {
    const silica = await openTestSilica({ bundledRows })
    const response = await post(silica, body)
    expect([response.status, await response.json()]).toMatchObject([403, { code: 30003, data: null }])
    expect(await ids(silica)).toEqual(['silica/nano'])
    await silica.close()
  })

  test('is answered by a stand-in under its own rules, which a header says', async () => {
    const silica = await openTestSilica({ bundledRows, standIn: 'silica/nano' })
    const response = await post(silica, body)
    expect(response.headers.get('x-silica-stand-in')).toBe('silica/nano')
    expect(await response.json()).toMatchObject({ model: body.model, choices: [{ index: 0 }] })
    expect(await ids(silica)).toContain(body.model)
    const itself = await post(silica, { ...body, model: 'silica/nano' })
    expect(itself.headers.get('x-silica-stand-in')).toBeNull()
    const never = { model: 'deepseek-ai/DeepSeek-OCR', enable_thinking: true }
    expect(await (await post(silica, never)).json()).toMatchObject({ code: 20015 })
    await silica.close()
  })

  test('cannot stand in for another', async () => {
    await expect(openTestSilica({ bundledRows, standIn: body.model })).rejects.toThrow(
      `'${body.model}' cannot stand in: it must be one of silica/nano.`,
    )
  })
})

describe('models that do not fit beside each other', () => {
  const file = join(models, 'nano/silica-nano.gguf')
  const own = { kind: 'gguf', name: 'mine/own', file } as const

  test('take turns in the memory', async () => {
    const silica = await openTestSilica({ models: [own], memory: 0.4 })
    for (const model of ['mine/own', 'silica/nano', 'mine/own'])
      expect((await post(silica, { model })).status).toBe(200)
    const health = await fetch(`${silica.url}/health`)
    expect(await health.json()).toMatchObject({
      status: 'ok',
      models: [
        { id: 'mine/own', status: 'ready' },
        { id: 'silica/nano', status: 'resting' },
      ],
    })
    await silica.close()
  })

  test('are refused with numbers where one alone is too large', async () => {
    await expect(openTestSilica({ models: [own], memory: 0.2 })).rejects.toThrow(
      /^mine\/own takes 0\.\d\d GB of memory \(weights 8\.6 MB, KV cache .* for a window of 512 tokens, earlier prompts .*\), and models may take 0\.20 GB/,
    )
  })
})

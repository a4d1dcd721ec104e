import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/cli/read-settings.ts'
import { diagnose } from '../../src/diagnose.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'

/** One Silica that runs the bundled model, and one that has only the other's address and key. */
let behind: TestSilica
let front: TestSilica
let folder: string
const adminKey = 'an-admin-key'
const lines: object[] = []
beforeAll(async () => {
  behind = await openTestSilica()
  folder = mkdtempSync(join(tmpdir(), 'rows-'))
  const file = join(folder, 'rows.yaml')
  writeFileSync(
    file,
    `- id: silica/nano
  engine: { kind: upstream, server: siliconflow, url: '${behind.url}/v1', key: { env: BEHIND } }
`,
  )
  const log = { info: (line: object) => void lines.push(line), warn: () => {}, error: () => {} }
  front = await openTestSilica(
    {
      models: [{ kind: 'rows', file, field: '' }],
      environment: { BEHIND: behind.key },
      adminKeys: [adminKey],
    },
    { log },
  )
})
afterAll(async () => {
  await Promise.all([front.close(), behind.close()])
  rmSync(folder, { recursive: true, force: true })
})

async function ask(silica: TestSilica, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({ model: 'silica/nano', temperature: 0, ...body }),
  })
  return { status: response.status, body: await response.json() }
}

const says = (content: string) => ({ messages: [{ role: 'user', content }] })
const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

/** What differs between two answers to one question: who gave them, when, what a cache held, and the names of calls. */
function comparable(answer: unknown): string {
  return JSON.stringify(answer).replaceAll(
    /"id":"[^"]*"|"created":\d+|"cached_tokens":\d+|"prompt_cache_\w+":\d+/g,
    '',
  )
}

describe('Silica behind Silica', () => {
  test.each<[string, object]>([
    ['without thought', { ...says('What is 17 + 25?'), enable_thinking: false }],
    ['with thought', { ...says('What is 17 + 25?'), enable_thinking: true }],
    [
      'with a thought over its budget',
      { ...says('What is 17 + 25?'), enable_thinking: true, thinking_budget: 5 },
    ],
    ['cut at its limit', { ...says('Count from 1 to 100.'), enable_thinking: false, max_tokens: 9 }],
    ['cut at a stop text', { ...says('Count from 1 to 20.'), enable_thinking: false, stop: ['7'] }],
    ['of two choices', { ...says('Hello!'), enable_thinking: false, n: 2 }],
    [
      'that goes on from a prefix',
      { ...says('Count from 1 to 9.'), enable_thinking: false, prefix: '1, 2, 3,' },
    ],
    [
      'in JSON',
      { ...says('Give me a JSON object.'), enable_thinking: false, response_format: { type: 'json_object' } },
    ],
    ['with a call', { ...says('What is the weather in Paris?'), enable_thinking: false, tools: [weather] }],
    ['to a question that is too long', says('Why? '.repeat(9000))],
    ['refused for a wrong field', { ...says('Hello!'), top_p: 7 }],
  ])('gives the same answer %s', async (_, body) => {
    const [direct, through] = [await ask(behind, body), await ask(front, body)]
    expect(comparable(through)).toBe(comparable(direct))
  })

  test('has its doctor say what the other can do, and its log hold no key', async () => {
    const findings = await diagnose(
      readSettings({
        flags: { model: [join(folder, 'rows.yaml')] },
        environment: { BEHIND: behind.key },
        currentFolder: folder,
        homeFolder: folder,
        bundledModels: join(import.meta.dirname, '../../models'),
        consoleFolder: '',
        guidesFolder: '',
        version: '',
      }),
    )
    expect(findings.find(({ about }) => about === 'silica/nano')).toMatchObject({
      fine: true,
      text: expect.stringMatching(
        /^siliconflow at http.*answered in \d+ ms, tokens counted by running usage/,
      ),
    })
    expect(JSON.stringify(lines)).not.toContain(behind.key)
    expect(lines).toContainEqual({ model: 'silica/nano', url: `${behind.url}/v1`, counts: 'running usage' })
  })

  test('tells an admin how its engine stands, and drains it', async () => {
    const admin = async (method: string, path: string) => {
      const response = await fetch(`${front.url}/admin/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${adminKey}` },
      })
      return { status: response.status, answer: Object(await response.json()) }
    }
    await ask(front, says('Hello!'))
    const { answer } = await admin('GET', '/engines')
    expect(answer).toMatchObject({
      data: [
        {
          model: 'silica/nano',
          status: 'ready',
          running: 0,
          waiting: 0,
          replicas: [
            {
              id: expect.stringMatching(/^[0-9a-f]{12}$/),
              name: `${behind.url}/v1`,
              kind: 'siliconflow',
              draining: false,
              circuit: 'closed',
              health: expect.stringMatching(/^(unknown|up)$/),
              memory_bytes: 0,
              failures: 0,
              last_failure: null,
              first_event_ms: expect.any(Number),
              prompt_tokens: expect.any(Number),
              cached_tokens: expect.any(Number),
            },
          ],
        },
      ],
      next: null,
    })
    expect(JSON.stringify(answer)).not.toContain(behind.key)
    const [{ id }] = answer.data[0].replicas
    expect(await admin('POST', `/replicas/${id}/drain`)).toMatchObject({ answer: { id, draining: true } })
    expect((await ask(front, says('Hello!'))).status).toBe(503)
    expect(await admin('POST', `/replicas/${id}/resume`)).toMatchObject({ answer: { id, draining: false } })
    expect((await ask(front, says('Hello!'))).status).toBe(200)
    expect(await admin('POST', '/replicas/nobody/drain')).toMatchObject({
      status: 404,
      answer: { message: 'There is no replica nobody.' },
    })
  })

  test('says that a key is missing, and where it was sought', async () => {
    const file = join(folder, 'rows.yaml')
    const open = openTestSilica({ models: [{ kind: 'rows', file, field: '' }] })
    await expect(open).rejects.toThrow(
      'The key for silica/nano is missing: there is nothing in the variable BEHIND.',
    )
  })
})

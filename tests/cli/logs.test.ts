import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHome } from './command.ts'

const home = createHome()
let trace = ''
beforeAll(async () => {
  const { child, said, ended } = home.start(['serve', '--port', '0'], { SILICA_API_KEY: 'key' })
  const url = /answers at (\S+)/.exec(await said('(silica/nano, '))?.[1] ?? 'no URL'
  const response = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'x-trace-id': 'my-own-name' },
    body: JSON.stringify({ model: 'silica/nano', messages: [{ role: 'user', content: 'Hello!' }] }),
  })
  await response.text()
  trace = response.headers.get('x-siliconcloud-trace-id') ?? ''
  child.kill('SIGTERM')
  await ended
})
afterAll(() => home.remove())

it('lists the latest requests, the self-test of the start among them', async () => {
  const { code, stdout } = await home.run(['logs', '--model', 'silica/nano', '--since', '1h'])
  expect(code).toBe(0)
  const [head, latest, selfTest] = stdout.split('\n')
  expect(head).toMatch(/^RECEIVED +ID +ACCOUNT +MODEL +OUTCOME +PROMPT +THOUGHT +ALL +FIRST +DONE$/)
  expect(latest).toMatch(new RegExp(`^\\S+Z +${trace} +default +silica/nano +stop +\\d+ .* ms +\\d+ ms$`))
  expect(selfTest).toContain('silica/nano')
  expect((await home.run(['logs', '--account', 'nobody'])).stdout).toMatch(/^RECEIVED.*\n$/)
})

it('tells all of one request, by the name of either side', async () => {
  const byOurs = await home.run(['logs', trace])
  expect(byOurs.stdout).toMatch(/^outcome +finished$/m)
  expect(byOurs.stdout).toMatch(/^caller_trace_id +my-own-name$/m)
  expect(byOurs.stdout).toMatch(/^attempt 1 +whole after \d+ ms at \S+nano\S*gguf$/m)
  expect((await home.run(['logs', 'my-own-name'])).stdout).toBe(byOurs.stdout)
  const asJson = await home.run(['logs', trace, '--json'])
  expect(JSON.parse(asJson.stdout)).toMatchObject({ id: trace, key_id: 'given-1', outcome: 'finished' })
})

it('says what it does not know', async () => {
  expect(await home.run(['logs', 'nothing'])).toMatchObject({ code: 1, stdout: '' })
  expect(await home.run(['logs', '--since', 'once'])).toMatchObject({ code: 1, stdout: '' })
  expect(await home.run(['logs', '--limit', 'all'])).toMatchObject({ code: 1, stdout: '' })
})

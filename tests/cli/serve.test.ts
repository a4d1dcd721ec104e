import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHome } from './command.ts'

let home = createHome()
beforeEach(() => {
  home = createHome()
})
afterEach(() => home.remove())

const selfTest = /What is the capital of France\?\n {2}\S.* {3}\(silica\/nano, \d+\.\d s\)/
const free = ['serve', '--port', '0']

describe('serve', () => {
  it('shows a key once, a curl line that works as printed, and a real answer of the model', async () => {
    const { child, said, ended } = home.start(free)
    const text = await said('(silica/nano, ')
    const secret = /key {5}(sk-\S{48}) {3}\(shown this once\)/.exec(text)?.[1] ?? 'no key'
    expect(text).toMatch(selfTest)
    const curl = text.slice(text.indexOf('  curl '), text.indexOf("}'\n") + 2)
    const { stdout } = await promisify(execFile)('sh', ['-c', `${curl} -sS`])
    expect(JSON.parse(stdout)).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant' } }],
    })
    child.kill('SIGTERM')
    const first = await ended
    expect(first.code).toBe(0)
    expect(first.stderr).toContain('"outcome":"finished"')
    expect(first.stderr).not.toContain(secret)
    expect(first.stderr).not.toContain('capital')

    const again = home.start(free)
    const later = await again.said('(silica/nano, ')
    expect(later).toContain(`${secret.slice(0, 11)}… (first)`)
    expect(later).toContain('Bearer $SILICA_API_KEY')
    expect(later).not.toContain(secret)
  })

  it('takes the key of SILICA_API_KEY, and neither shows nor stores one', async () => {
    const { said } = home.start(free, { SILICA_API_KEY: 'my-own-key' })
    const text = await said('(silica/nano, ')
    expect(text).toContain('the one in SILICA_API_KEY')
    expect(text).not.toContain('my-own-key')
    const chat = await home.run(['chat', '--url', urlIn(text), 'Hello'], {
      environment: { SILICA_API_KEY: 'my-own-key' },
    })
    expect(chat).toMatchObject({ code: 0, stderr: '' })
    expect((await home.run(['keys'])).stdout).toMatch(/^ID.*\n$/)
  })

  it('refuses a revoked key within a second', async () => {
    const { said } = home.start(free)
    const text = await said('(silica/nano, ')
    const secret = /sk-\S{48}/.exec(text)?.[0] ?? ''
    const ask = () => fetch(`${urlIn(text)}/models`, { headers: { authorization: `Bearer ${secret}` } })
    expect((await ask()).status).toBe(200)
    await home.run(['keys', 'revoke', secret.slice(0, 11)])
    await expect.poll(async () => (await ask()).status, { timeout: 1000 }).toBe(401)
  })

  it('lets running answers end after Ctrl-C, and says how many it waits for', async () => {
    const { child, said, ended } = home.start([...free, '--sequences', '1'], { SILICA_API_KEY: 'key' })
    const url = urlIn(await said('(silica/nano, '))
    const answers = await beginMany(url, 20)
    child.kill('SIGINT')
    expect(await said('Stopping: waiting for ')).toMatch(/waiting for \d+ answers?\. Ctrl-C stops at once\./)
    // What the server had not heard of before the signal is refused, or never accepted; what it had begun is not cut.
    const unheard = (error: Error) => error.message
    const ends = await Promise.all(answers.map((answer) => answer.catch(unheard)))
    for (const end of ends) expect(end).toMatch(/data: \[DONE\]\n\n$|^\{"code":50505,|^fetch failed$/)
    expect(ends.some((end) => end.endsWith('data: [DONE]\n\n'))).toBe(true)
    expect(await ended).toMatchObject({ code: 0 })
  })

  it('ends at once after a second Ctrl-C, with 130', async () => {
    const { child, said, ended } = home.start([...free, '--sequences', '1'], { SILICA_API_KEY: 'key' })
    const url = urlIn(await said('(silica/nano, '))
    const answers = await beginMany(url, 200)
    child.kill('SIGINT')
    await said('Stopping: waiting for ')
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130 })
    const ends = await Promise.allSettled(answers)
    expect(ends.some((end) => end.status === 'rejected')).toBe(true)
  })

  it('says which port is in use', async () => {
    const first = home.start(free)
    const port = new URL(urlIn(await first.said('answers at'))).port
    const second = await home.run(['serve', '--port', port])
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toMatch(
      /^silica: Port \d+ of 127\.0\.0\.1 is in use\. Choose another with --port.*\n$/,
    )
  })
})

function urlIn(text: string): string {
  return /answers at (\S+)/.exec(text)?.[1] ?? 'no URL'
}

/** Asks many times at once. Resolves when the first answer has begun, with the text of each answer. */
async function beginMany(url: string, count: number): Promise<readonly Promise<string>[]> {
  const body = JSON.stringify({
    model: 'silica/nano',
    stream: true,
    enable_thinking: false,
    max_tokens: 30,
    messages: [{ role: 'user', content: 'Count from 1 to 20.' }],
  })
  const asked = Array.from({ length: count }, () =>
    fetch(`${url}/chat/completions`, { method: 'POST', headers: { authorization: 'Bearer key' }, body }),
  )
  const answers = asked.map(async (response) => (await response).text())
  // Rejections are looked at by the tests, later.
  for (const answer of answers) answer.catch(() => {})
  await Promise.race(asked)
  return answers
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { childrenOf, openTestSilica, type TestSilica } from '../silica.ts'

let silica: TestSilica
beforeAll(async () => {
  silica = await openTestSilica()
})
afterAll(() => silica.close())

const ask = (content: string, rest: object = {}) =>
  fetch(`${silica.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${silica.key}` },
    body: JSON.stringify({
      model: 'silica/nano',
      messages: [{ role: 'user', content }],
      enable_thinking: false,
      ...rest,
    }),
  })

/** What a stream says, and how it ends. */
async function read(response: Response, meanwhile: () => void = () => {}) {
  let all = ''
  const decoder = new TextDecoder()
  for await (const bytes of response.body ?? []) {
    all += decoder.decode(bytes, { stream: true })
    if (all.split('data:').length > 60) meanwhile()
  }
  const content = [...all.matchAll(/"content":("(?:[^"\\\\]|\\\\.)*")/g)].map(([, text]) =>
    String(JSON.parse(text ?? '')),
  )
  const usage = [...all.matchAll(/"usage":(\{.*?\}\})/g)].at(-1)?.[1]
  return { text: content.join(''), usage, whole: all.endsWith('data: [DONE]\n\n') }
}

test('kill -9 of the model’s process is seen by nobody: the stream goes on with the same text, and later requests wait', async () => {
  const counting = { stream: true, temperature: 0 }
  const undisturbed = await read(await ask('Count from 1 to 50.', counting))
  let killed = false
  let waiting: Promise<Response> | undefined
  const disturbed = await read(await ask('Count from 1 to 50.', counting), () => {
    if (killed) return
    killed = true
    const [modelProcess] = childrenOf(process.pid)
    if (modelProcess === undefined) throw new Error('the model has no process')
    process.kill(modelProcess, 'SIGKILL')
    waiting = ask('Hello!')
  })
  expect(killed).toBe(true)
  expect(disturbed.text).toBe(undisturbed.text)
  expect(disturbed.whole).toBe(true)
  expect((await waiting)?.status).toBe(200)
  await silica.idle()
})

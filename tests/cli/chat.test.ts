import { once } from 'node:events'
import { createServer } from 'node:http'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, listModels, type Server } from '../../src/cli/ask.ts'
import { Conversation } from '../../src/cli/conversation.ts'
import { talk } from '../../src/cli/talk.ts'
import { openTestSilica, type TestSilica } from '../silica.ts'
import { createHome } from './command.ts'

const home = createHome()
let silica: TestSilica
let model = ''
beforeAll(async () => {
  silica = await openTestSilica()
  model = (await listModels(silica, AbortSignal.timeout(10_000)))[0] ?? ''
})
afterAll(async () => {
  await silica.close()
  await home.remove()
})

describe('one question', () => {
  it('is answered on standard output alone, with nothing else to start', async () => {
    const ended = await home.run(['chat', 'Hello'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/\S.*\n$/)
    expect(ended.stdout).not.toContain('think>')
  })

  it('can come through a pipe, and go to a running server', async () => {
    const environment = { SILICA_API_KEY: silica.key }
    const ended = await home.run(['chat', '--url', `${silica.url}/v1/`], { input: 'Hello\n', environment })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/\S.*\n$/)
  })

  it.each([
    ['a key that nobody holds', ['hi'], 'sk-unknown', 'refused (401): Api key is invalid'],
    ['a model that is not there', ['--model', 'none', 'hi'], '', 'refused (400): Model does not exist'],
    ['an empty pipe', [], '', 'There is no question'],
  ])('with %s ends with 1 and the server’s own words', async (_what, args, key, told) => {
    const environment = { SILICA_API_KEY: key || silica.key }
    const ended = await home.run(['chat', '--url', silica.url, ...args], { environment })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^silica: .*\n$/)
    expect(ended.stderr).toContain(told)
    expect(ended.stderr).not.toContain(key || silica.key)
  })
})

describe('an answer', () => {
  const question = {
    model: '',
    messages: [{ role: 'user', content: 'Hello' }],
    thinking: 'default',
    answerLimit: 5,
  } as const

  it('ends with why it ended, and is stopped by its signal', async () => {
    const kinds: string[] = []
    const stopped = new AbortController()
    for await (const said of ask(silica, { ...question, model }, stopped.signal)) kinds.push(said.kind)
    expect(kinds.at(-1)).toBe('end')
    const reading = ask(silica, { ...question, model }, stopped.signal)
    await reading.next()
    stopped.abort(new Error('enough'))
    await expect(drain(reading)).rejects.toThrow('enough')
    await silica.idle()
  })
})

describe('the interactive chat', () => {
  it('answers line by line, obeys its commands, and ends with /quit', async () => {
    const terminal = openTerminal()
    await terminal.shows('/help lists the commands.')
    terminal.type('/think off\n')
    await terminal.shows('Thinking is off.')
    terminal.type('/system You are a cook.\n')
    await terminal.shows('The model is told: You are a cook.')
    terminal.type('/think perhaps\n')
    await terminal.shows('/think on, or /think off')
    terminal.type('/bake\n')
    await terminal.shows('/bake is no command.')
    await terminal.shows('\n> ')
    terminal.type('Hello\n')
    expect(await terminal.shows('\n> ')).toMatch(/Hello\r?\n\S/)
    terminal.type('/clear\n')
    await terminal.shows('Forgotten.')
    terminal.type('/quit\n')
    expect(await terminal.ended).toBe('ended')
  })

  it('stops an answer at Ctrl-C, goes on from what was said, and ends at a second one', async () => {
    const { server, asked, left, ...endless } = await openEndlessServer()
    const terminal = openTerminal(server)
    terminal.type('Count.\n')
    await terminal.shows('1, 2, ')
    terminal.type('\u0003')
    await terminal.shows('(Stopped.)')
    await expect.poll(left).toBe(1)
    terminal.type('Go on.\n')
    await terminal.shows('1, 2, ')
    expect(asked.at(-1)).toMatchObject({
      messages: [
        { role: 'user', content: 'Count.' },
        { role: 'assistant', content: '1, 2, ' },
        { role: 'user', content: 'Go on.' },
      ],
    })
    terminal.type('\u0003\u0003')
    expect(await terminal.ended).toBe('ended')
    await endless.close()
  })

  it('asks for a second Ctrl-C where nothing runs, and forgets the first one with the next line', async () => {
    const terminal = openTerminal()
    terminal.type('\u0003')
    await terminal.shows('(Ctrl-C again ends the chat.)')
    terminal.type('/clear\n')
    await terminal.shows('Forgotten.')
    terminal.type('\u0003')
    await terminal.shows('(Ctrl-C again ends the chat.)')
    terminal.type('\u0003')
    expect(await terminal.ended).toBe('ended')
  })

  it('ends with Ctrl-D', async () => {
    const terminal = openTerminal()
    terminal.type('\u0004')
    expect(await terminal.ended).toBe('ended')
  })
})

async function drain(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

/** A chat at a terminal of which nothing is real but the keys and the text. */
function openTerminal(server: Server = silica) {
  const keys = new PassThrough()
  const screen = Object.assign(new PassThrough().setEncoding('utf8'), { isTTY: true })
  let text = ''
  let looked = 0
  screen.on('data', (piece: string) => (text += stripVTControlCharacters(piece)))
  const ended = talk(new Conversation(server, model), keys, screen).then(() => 'ended')
  return {
    ended,
    type: (what: string) => keys.write(what),
    /** Resolves with what was shown since the last look, once `what` is in it. */
    async shows(what: string): Promise<string> {
      await expect.poll(() => text.indexOf(what, looked), { timeout: 20_000 }).not.toBe(-1)
      const end = text.indexOf(what, looked) + what.length
      const shown = text.slice(looked, end)
      looked = end
      return shown
    },
  }
}

/** A server that begins every answer and ends none. */
async function openEndlessServer() {
  const asked: unknown[] = []
  let left = 0
  const listener = createServer((request, response) => {
    void json(request).then((body) => asked.push(body))
    response.on('close', () => (left += 1))
    response.write('data: {"choices":[{"delta":{"content":"1, 2, "}}]}\n\n')
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    server: { url: `http://127.0.0.1:${port}`, key: 'key' },
    asked,
    left: () => left,
    async close() {
      listener.closeAllConnections()
      listener.close()
      await once(listener, 'close')
    },
  }
}

import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Failure } from '../chat/failure.ts'
import { openSilica } from '../main.ts'
import type { Settings } from '../settings.ts'
import { listModels, type Server } from './ask.ts'
import { Conversation } from './conversation.ts'
import { openLog } from './log.ts'
import { printAnswer } from './print-answer.ts'
import { talk } from './talk.ts'
import { realWorld } from './world.ts'

export interface ChatOptions {
  /** Empty for none. */
  readonly question: string
  /** A running server; empty to open Silica in this process. */
  readonly url: string
  /** Empty for the server's first model. */
  readonly model: string
}

/** Chats with a model: one question where there is one, else until the reader ends it. Resolves with the exit code. */
export async function chat(settings: Settings, options: ChatOptions): Promise<number> {
  const { server, close } = await openServer(settings, options.url)
  try {
    const model = options.model === '' ? await firstModel(server) : options.model
    const conversation = new Conversation(server, model)
    if (options.question !== '') return await answerOnce(conversation, options.question)
    if (!process.stdin.isTTY) return await answerOnce(conversation, (await text(process.stdin)).trim())
    await talk(conversation, process.stdin, process.stdout)
    return 0
  } finally {
    await close()
  }
}

async function openServer(
  settings: Settings,
  url: string,
): Promise<{ server: Server; readonly close: () => Promise<void> }> {
  if (url !== '') {
    const [key] = settings.apiKeys
    if (key === undefined) throw new Failure('malformed-key', 'Set SILICA_API_KEY to a key of that server.')
    return { server: { url: url.replace(/\/+$/, '').replace(/\/v1$/, ''), key }, close: async () => {} }
  }
  const key = randomBytes(32).toString('hex')
  const here = { ...settings, host: '127.0.0.1', port: 0, apiKeys: [key], announces: false }
  const silica = await openSilica(here, realWorld(openLog('silent')))
  try {
    return { server: { url: (await silica.listen()).url, key }, close: () => silica.close() }
  } catch (error) {
    await silica.close()
    throw error
  }
}

async function firstModel(server: Server): Promise<string> {
  const [model] = await listModels(server, AbortSignal.timeout(10_000))
  if (model === undefined) throw new Failure('unknown-model', `${server.url} has no model.`)
  return model
}

/** Prints the answer to one question. */
async function answerOnce(conversation: Conversation, question: string): Promise<number> {
  if (question === '') throw new Failure('invalid-request', 'There is no question.')
  const stopped = new AbortController()
  process.once('SIGINT', () => stopped.abort())
  try {
    const reason = await printAnswer(conversation.ask(question, stopped.signal), process.stdout)
    if (reason === 'length') console.error('silica: the answer reached its limit and is cut short.')
    return 0
  } catch (error) {
    if (stopped.signal.aborted) return 130
    throw error
  }
}
